"""test_conform - a partner is tried row by row: a good one passes, each fault shows in its row."""

import json
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import harness
import pytest
from api import WAIT, Api, a_hub, action, person, referral
from harness import wait_for
from lanes import LaneHub, token_for_tests
from model.world import ROTTERDAM, WORLD, WSP
from receiver import SECRET, Handler, Received, Receiver, says
from relay import Relay, standing
from test_api_tls import make_all

TEMPLATES = harness.ROOT / "config" / "simulate"
TOKEN = "a-token-for-the-webhook-of-the-wsp-only"
WISHES = {"ACCEPT": {"worker": "team-1"}, "DECLINE": {"worker": "team-1"}}


class System:
    """The WSP's test system: does what the case asks for, each handover once."""

    def __init__(self) -> None:
        self.receiver = Receiver()
        self.receiver.answers["/wsp"] = self.answer
        self.api: Api | None = None
        self.known: dict[str, Any] = {}
        self.last: dict[str, int] = {}  # sequence, by referral
        self.faults: set[str] = set()
        self.acts = 0

    def answer(self, handler: Handler) -> None:
        says(self.take(handler.seen, handler.body))(handler)

    def take(self, received: Received, body: bytes) -> int:
        if received.headers.get("authorization") != f"Bearer {TOKEN}":
            return 200 if "takes anybody" in self.faults else 401
        if not received.signature_is_right() and "takes any signature" not in self.faults:
            return 401
        try:
            event = json.loads(body)
        except ValueError:
            return 200 if "takes garbage" in self.faults else 400
        kind, of = event["data"]["kind"], event["data"].get("referral", "")
        was = self.known.setdefault(event["id"], event)
        if was != event:
            return 409
        if was is not event and "takes it for two" not in self.faults:
            if kind == "OFFER" and "answers twice, later" in self.faults:
                threading.Timer(4.5, self.decide, (event["data"],)).start()
            return 200
        if "answers twice, later" in self.faults and "-conform-" in event["id"]:
            time.sleep(0.4)  # so that there is a later
        if int(event["sequence"]) < self.last.get(of, 0) and "decides all" not in self.faults:
            return 409
        self.last[of] = int(event["sequence"])
        if kind == "RECALL" and "knows no recall" in self.faults:
            return 422
        if kind == "OFFER":
            threading.Thread(target=self.decide, args=(event["data"],), daemon=True).start()
        return 200

    def decide(self, data: dict[str, Any]) -> None:
        wish = data.get("case", "").rpartition("-")[2]
        if wish == "LEAVE" and "decides all" in self.faults:
            time.sleep(1.5)
            wish = "ACCEPT"
        if wish not in WISHES or ("never declines" in self.faults and wish == "DECLINE"):
            return
        self.acts += 1
        more = {"reason": "NO_CAPACITY", "suggested_desk": "unknown"} if wish == "DECLINE" else {}
        draft = action(wish, f"{data['referral']}-{self.acts}", actor=WISHES[wish], **more)
        draft["person"] = {"text": "Toelichting."}
        assert self.api
        self.api.act(data["referral"], draft, **WAIT)
        if wish == "ACCEPT":
            more = {"actor": WISHES[wish], "progress": "SCHEDULED"}
            self.api.act(data["referral"], action("PROGRESS", f"{draft['reference']}-on", **more))


class Told(LaneHub):
    """Desks that have a webhook: their systems, by desk."""

    systems: dict[str, System]

    def deploy(self) -> None:
        assert self.lists is not None
        self.lists["endpoints"] = self.lists.get("endpoints", []) + [
            {
                "name": desk,
                "url": system.receiver.url("/wsp"),
                "allow_private": True,
                "auth": "bearer",
                "secret_file": "wsp.token",
                "timeout_ms": 3000,
            }
            for desk, system in self.systems.items()
        ]
        self.lists["deliveries"] = [
            {"desk": desk, "endpoint": desk, "signing_secrets": ["wsp.whsec"]}
            for desk in self.systems
        ]
        super().deploy()
        for name, text in (("wsp.token", TOKEN), ("wsp.whsec", SECRET)):
            path = self.folder / "secrets" / name
            path.write_text(f"{text}\n")
            path.chmod(0o600)


class Tried(Told):
    """Rotterdam speaks CloudEvents, sends tables too, and what it hears of employers."""

    def deploy(self) -> None:
        rows = (("events", "cloudevent"), ("table", "csv"), ("heard", "contactmoment"))
        self.lists = {
            "sources": [
                {"name": name, "partner": ROTTERDAM, "connector": connector}
                for name, connector in rows
            ]
        }
        self.lists["sources"][-1]["settings"] = {"employers": (("90001354", "100333"),)}
        super().deploy()


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    made = System()
    yield made
    made.receiver.end()


@pytest.fixture(scope="module")
def lane(services, tmp_path_factory, system):
    class WithSystem(Tried):
        systems = {"wsp-rijnmond": system}

    seen = {"fields": ["family_name"], "fields_accepted": ["family_name"]}
    with a_hub(services, tmp_path_factory.mktemp("tried"), WithSystem, fields=seen) as made:
        system.api = Api(made.edges()[0], WSP, token_for_tests(WSP))
        yield made


began = [0.0]  # the runs so far


def run_conform(config: Path, who: str, *words: str, code: int = 0) -> str:
    """What it says: on stdout, or why it tries nothing. Runs of one second have the same cases."""
    time.sleep(max(0.0, began[-1] + 1.5 - time.time()))
    began.append(time.time())
    done = subprocess.run(
        [harness.BINARY, "conform", who, "--config", config, "--templates", TEMPLATES, *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout or done.stderr


def conform(lane, who: str, *words: str, code: int = 0, config="one.conf") -> dict[str, Any]:
    return json.loads(run_conform(lane.folder / config, who, "--json", *words, code=code))


def rows_with(page: dict[str, Any], result: str) -> list[str]:
    return [
        f"{side}: {row['name']}"
        for side in ("sender", "desk_rows")
        for row in page[side]
        if row["result"] == result
    ]


def came(page: dict[str, Any], name: str) -> str:
    return next(row["came"] for row in page["sender"] if row["name"] == name)


NO_TLS = ["sender: certificate of the hub", "sender: certificate of the partner"]


def test_a_good_partner_passes(lane, system):
    page = conform(lane, "wsp-rijnmond")
    assert page["admitted"]
    assert rows_with(page, "FAIL") == []
    assert rows_with(page, "NOT POSSIBLE") == ["sender: out of order", *NO_TLS]
    numbers = [row["number"] for side in ("sender", "desk_rows") for row in page[side]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(rows_with(page, "PASS")) == len(numbers) - 3


@pytest.mark.parametrize(
    ("what", "other", "came"),
    [
        ('"{{case}}-3"', '"{{reference}}"', "status 409"),
        ("{{pick TRANSFER|TRANSFER|TRANSFER|SERVICE}}", "{{kind}}", "status 4"),
        (
            '"case": "{{case}}"',
            '"case": "{{case}}-other"',
            r"\d messages?, \d applied, 0 refused, 1 referral|status 409",
        ),
    ],
)
def test_what_is_no_amendment_fails_in_its_row(lane, system, tmp_path, what, other, came):
    """The same once more, what is refused, and another case."""
    shutil.copytree(TEMPLATES, tmp_path / "simulate")
    amend = tmp_path / "simulate" / "own" / "amend.json"
    said = amend.read_text()
    assert what in said
    amend.write_text(said.replace(what, other.replace("{{kind}}", "NOTHING")))
    words = ("--templates", str(tmp_path / "simulate"), "--wait", "3")
    page = conform(lane, "wsp-rijnmond", *words, code=1)
    assert [row for row in rows_with(page, "FAIL") if "sender" in row] == ["sender: amend"]
    (row,) = [row for row in page["sender"] if row["name"] == "amend"]
    assert re.match(came, row["came"]), row


def test_who_cannot_refer_gets_its_report(lane, tmp_path):
    """What is refused has no receipt, and nothing can be said of it behind that."""
    own = tmp_path / "simulate" / "own"
    shutil.copytree(TEMPLATES, tmp_path / "simulate")
    (own / "referral.json").write_text('{"Referral": "of nobody"}')
    (own / "offer.json").unlink()
    (own / "offer.json").mkdir()
    words = ("--templates", str(tmp_path / "simulate"), "--wait", "8")
    page = conform(lane, "wsp-rijnmond", *words, code=1)
    assert [row for row in rows_with(page, "FAIL") if "sender" in row] == [
        f"sender: {name}" for name in ("referral", "duplicate", "amend", "stale", "cancel")
    ]
    assert came(page, "referral").startswith("status 400: ")
    assert page["desk_rows"][0]["result"] == "NOT POSSIBLE"
    assert "offer.json: is not a regular file" in page["desk_rows"][0]["came"]


def test_who_is_to_refer_must_be_there(lane):
    config = lane.folder / "one.conf"
    said = run_conform(config, "wsp-rijnmond", "--from", "wsp-nergens", code=2)
    assert "wsp-nergens is neither a partner's OIN" in said


def test_a_client_who_is_on_offer_already_is_changed_for_another(lane, tmp_path):
    """Of so few made-up people somebody may have been referred by the same partner."""
    taken, free = (person(number)["bsn"] for number in (9001, 9002))
    wsp = Api(lane.edges()[0], WSP, token_for_tests(WSP))
    draft = referral("company", "wsp-rijnmond", to_desk="gemeente-rotterdam")
    draft["person"] = {"bsn": taken}
    answer = wsp.refer(draft, **WAIT)
    assert answer.status_code == 201, answer.text
    shutil.copytree(TEMPLATES, tmp_path / "simulate")
    for name in ("referral", "amend"):
        path = tmp_path / "simulate" / "own" / f"{name}.json"
        said = path.read_text().replace("{{bsn}}", f"{{{{pick {taken}|{free}}}}}")
        assert free in said
        path.write_text(said)
    page = conform(lane, "wsp-rijnmond", "--templates", str(tmp_path / "simulate"))
    assert "sender: referral" in rows_with(page, "PASS")


@pytest.mark.parametrize(
    ("fault", "rows"),
    [
        ("takes it for two", ["desk_rows: duplicate"]),
        ("answers twice, later", ["desk_rows: in the end"]),
        ("takes garbage", ["desk_rows: bad input"]),
        ("takes any signature", ["desk_rows: bad signature"]),
        ("takes anybody", ["desk_rows: bad credentials"]),
        ("never declines", ["desk_rows: decline"]),
        ("knows no recall", ["desk_rows: every kind"]),
        ("decides all", ["desk_rows: no answer", "desk_rows: in the end"]),
    ],
)
def test_one_fault_fails_in_one_row(lane, system, fault, rows):
    system.faults = {fault}
    try:
        page = conform(lane, "wsp-rijnmond", "--wait", "8", code=1)
    finally:
        system.faults = set()
    assert not page["admitted"]
    assert rows_with(page, "FAIL") == rows


def says_nothing(handler: Handler) -> None:
    handler.close_connection = True


def test_a_system_that_is_away_fails_where_it_is_asked(lane, system):
    system.receiver.answers["/wsp"] = says_nothing
    try:
        page = conform(lane, "wsp-rijnmond", "--wait", "3", code=1)
    finally:
        system.receiver.answers["/wsp"] = system.answer
    failed = rows_with(page, "FAIL")
    names = ("accept", "no answer", "every kind", "out of order", "bad credentials")
    assert {f"desk_rows: {name}" for name in names} <= set(failed)
    assert not [row for row in failed if row.startswith("sender")]


def test_certificates_are_tried_where_there_is_tls(services, tmp_path):
    make_all(tmp_path)
    lane = LaneHub(tmp_path, services, WORLD, f"tls-{time.time_ns()}.")
    lane.http = {
        "tls_cert_file": '"server.pem"',
        "tls_key_file": '"../server.key"',
        "tls_client_ca_file": '"ca.pem"',
    }
    try:
        lane.deploy()
        (tmp_path / "server.key").chmod(0o600)
        lane.start()
        wait_for("the hub", lane.processes["one"].is_ready, 60)
        url = lane.edges()[0].replace("http://", "https://")
        words = ("--url", url, "--ca", str(tmp_path / "ca.pem"), "--wait", "1")
        page = conform(lane, "gemeente-almere", *words, code=1)
        assert set(NO_TLS) <= set(rows_with(page, "PASS"))
        came = {row["name"]: row["came"] for row in page["sender"]}
        assert "no connection" in came["certificate of the hub"]
        assert came["certificate of the partner"] == "status 401"
        words += ("--cert", str(tmp_path / "city.pem"), "--key", str(tmp_path / "city.key"))
        page = conform(lane, "gemeente-rotterdam", *words, code=1)
        assert {"sender: token", "sender: referral"} <= set(rows_with(page, "PASS"))
        assert page["desk_rows"][0]["came"] == "SUBMITTED within 1 s"
        assert not list(Path(tempfile.gettempdir()).glob("lokethub-stranger-*"))
    finally:
        lane.end()


def test_a_partner_with_a_format_of_its_own(lane, system):
    """It reads its feed, so nobody is there to accept what it is offered."""
    page = conform(lane, "gemeente-rotterdam", "--wait", "3", code=1)
    assert page["format"] == "cloudevent"
    assert [row for row in page["sender"] if row["result"] == "FAIL"] == []
    assert rows_with(page, "NOT POSSIBLE")[:2] == NO_TLS
    assert {"sender: out of order", "sender: amend"} <= set(rows_with(page, "PASS"))
    assert "desk_rows: duplicate" in rows_with(page, "NOT POSSIBLE")
    assert "desk_rows: accept" in rows_with(page, "FAIL")


def test_a_hub_that_decides_wrongly_fails(lane):
    """It does what is stale while it refuses it, and refuses at last what is said again. What is
    referred to the desk it decides later than is waited for."""
    wsp = Api(lane.edges()[0], WSP, token_for_tests(WSP))

    class Wrong(Relay):
        hub = lane.edges()[0].removeprefix("http://")
        own = f"Bearer {token_for_tests(WSP)}"
        said: dict[bytes, int] = {}
        offers = 0

        def spoil(self) -> tuple[int, str] | None:
            if b"seen_version" in self.body:
                self.body = self.body.replace(b',"seen_version":0', b"")
                assert self.ask()[0].status == 201
                path = self.path.removesuffix("/actions")
                wait_for("its end", lambda: "CANCEL" in wsp.get(path).json()["state"], 10)
                return 409, '{"code": "STALE"}'
            if (self.command, self.path) != ("POST", "/v1/referrals"):
                return None
            if b'"CONFORM-' in self.body:
                Wrong.offers += 1
                return 202, "{}"
            if self.passed["Authorization"] != self.own:
                return None
            times = self.said[self.body] = self.said.get(self.body, 0) + 1
            return (202 if times == 2 else 409, "{}") if times > 1 else None

    with standing(Wrong) as url:
        page = conform(lane, "wsp-rijnmond", "--url", url, "--wait", "5", code=1)
    failed = [row for row in rows_with(page, "FAIL") if "sender" in row]
    assert failed == ["sender: duplicate", "sender: stale", "sender: cancel"]
    assert re.match("status 409", came(page, "duplicate"))
    assert re.match("status 409, STALE, and now CANCEL", came(page, "stale"))
    assert "cannot refer to it: status 202" in page["desk_rows"][0]["came"]
    assert Wrong.offers == 1


class People:
    """Of a desk: they read its feed, and do what the case asks for."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.known: set[str] = set()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)

    def __enter__(self) -> "People":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def work(self) -> None:
        after = ""
        while not self.over.wait(0.3):
            page = self.api.get(f"/v1/handovers{after}").json()
            after = f"?after={page['after']}" if "after" in page else after
            for item in page.get("handovers", []):
                data = item["handover"]
                if data["kind"] == "OFFER" and data["referral"] not in self.known:
                    self.known.add(data["referral"])
                    self.decide(data)

    def decide(self, data: dict[str, Any]) -> None:
        wish = data.get("case", "").rpartition("-")[2]  # others of this lane name none
        if wish not in WISHES:
            return
        more = {"reason": "NO_CAPACITY", "suggested_desk": "unknown"} if wish == "DECLINE" else {}
        draft = action(wish, f"{data['referral']}-done", actor=WISHES[wish], **more)
        draft["person"] = {"text": "Toelichting."}
        self.api.act(data["referral"], draft)


def test_each_source_is_tried_by_a_run_of_its_own(lane, tmp_path):
    town = Api(lane.edges()[0], ROTTERDAM, token_for_tests(ROTTERDAM))
    with People(town):
        page = conform(lane, "gemeente-rotterdam", code=1)
        assert rows_with(page, "FAIL") == []
        assert not page["admitted"]
        assert page["source"] == "events"
        assert "source table (csv): a run with --source table tries it" == page["not_tried"]
        page = conform(lane, "gemeente-rotterdam", "--source", "table")
        assert page["admitted"]
        assert (page["source"], page["format"]) == ("table", "csv")
        assert page["not_tried"].startswith("source events (cloudevent)")
    templates = tmp_path / "templates"
    shutil.copytree(TEMPLATES, templates)
    (templates / "csv" / "referral.csv").unlink()
    with People(town):
        page = conform(lane, "gemeente-rotterdam", "--templates", str(templates), code=1)
    assert (
        page["not_tried"] == f"source table (csv): {templates}/csv has no referral to try it with"
    )
    config = lane.folder / "one.conf"
    said = run_conform(config, "gemeente-rotterdam", "--source", "other", code=2)
    assert "other is no source of this partner" in said
