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
from api import Api, a_hub, action
from harness import wait_for
from lanes import LaneHub, token_for_tests
from model.world import ROTTERDAM, WORLD, WSP
from receiver import SECRET, Handler, Received, Receiver, says
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
        self.known: set[str] = set()
        self.faults: set[str] = set()
        self.acts = 0

    def answer(self, handler: Handler) -> None:
        says(self.take(self.receiver.all()[-1], handler.body))(handler)

    def take(self, received: Received, body: bytes) -> int:
        if received.headers.get("authorization") != f"Bearer {TOKEN}":
            return 200 if "takes anybody" in self.faults else 401
        if not received.signature_is_right() and "takes any signature" not in self.faults:
            return 401
        try:
            event = json.loads(body)
        except ValueError:
            return 200 if "takes garbage" in self.faults else 400
        kind = event["data"]["kind"]
        if event["id"] in self.known and "takes it for two" not in self.faults:
            return 200
        self.known.add(event["id"])
        if kind == "RECALL" and "knows no recall" in self.faults:
            return 422
        if kind == "OFFER":
            threading.Thread(target=self.decide, args=(event["data"],), daemon=True).start()
        return 200

    def decide(self, data: dict[str, Any]) -> None:
        wish = data["case"].rpartition("-")[2]
        if wish not in WISHES or ("never declines" in self.faults and wish == "DECLINE"):
            return
        self.acts += 1
        more = {"reason": "NO_CAPACITY", "suggested_desk": "unknown"} if wish == "DECLINE" else {}
        draft = action(wish, f"{data['referral']}-{self.acts}", actor=WISHES[wish], **more)
        draft["person"] = {"text": "Toelichting."}
        assert self.api
        self.api.act(data["referral"], draft)


class Tried(LaneHub):
    """Rotterdam speaks CloudEvents; the WSP's desk has a webhook."""

    system: System

    def deploy(self) -> None:
        self.lists = {
            "sources": [{"name": "events", "partner": ROTTERDAM, "connector": "cloudevent"}],
            "endpoints": [
                {
                    "name": "wsp",
                    "url": self.system.receiver.url("/wsp"),
                    "allow_private": True,
                    "auth": "bearer",
                    "secret_file": "wsp.token",
                    "timeout_ms": 3000,
                }
            ],
            "deliveries": [
                {"desk": "wsp-rijnmond", "endpoint": "wsp", "signing_secrets": ["wsp.whsec"]}
            ],
        }
        super().deploy()
        for name, text in (("wsp.token", TOKEN), ("wsp.whsec", SECRET)):
            path = self.folder / "secrets" / name
            path.write_text(f"{text}\n")
            path.chmod(0o600)


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    made = System()
    yield made
    made.receiver.end()


@pytest.fixture(scope="module")
def lane(services, tmp_path_factory, system):
    class WithSystem(Tried):
        pass

    WithSystem.system = system
    with a_hub(services, tmp_path_factory.mktemp("tried"), WithSystem) as made:
        system.api = Api(made.edges()[0], WSP, token_for_tests(WSP))
        yield made


def conform(lane, who: str, *words: str, code: int = 0) -> dict[str, Any]:
    done = subprocess.run(
        [harness.BINARY, "conform", who, "--json", "--config", lane.folder / "one.conf"]
        + ["--templates", TEMPLATES, *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def rows_with(page: dict[str, Any], result: str) -> list[str]:
    return [
        f"{side}: {row['name']}"
        for side in ("sender", "desk_rows")
        for row in page[side]
        if row["result"] == result
    ]


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
            r"\d messages?, 0 refused, 1 referral|status 409",
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


@pytest.mark.parametrize(
    ("fault", "rows"),
    [
        ("takes it for two", ["desk_rows: duplicate"]),
        ("takes garbage", ["desk_rows: bad input"]),
        ("takes any signature", ["desk_rows: bad signature"]),
        ("takes anybody", ["desk_rows: bad credentials"]),
        ("never declines", ["desk_rows: decline"]),
        ("knows no recall", ["desk_rows: every kind"]),
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


def test_a_system_that_is_away_fails_where_it_is_asked(lane, system):
    system.receiver.answers["/wsp"] = says(503)
    try:
        page = conform(lane, "wsp-rijnmond", "--wait", "3", code=1)
    finally:
        system.receiver.answers["/wsp"] = system.answer
    failed = rows_with(page, "FAIL")
    assert {"desk_rows: accept", "desk_rows: no answer", "desk_rows: every kind"} <= set(failed)
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
