"""test_conform_asked - a partner whose system the hub asks is tried by what it asks there."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from api import Api, a_hub
from harness import wait_for
from lanes import token_for_tests
from model.rules import Desk, Partner
from model.world import ROTTERDAM, WORLD, oin
from ports import free_ports
from relay import Relay, standing
from test_conform import NO_TLS, TEMPLATES, System, Told, came, conform, rows_with, run_conform
from test_simulate import asked_lists

VCA = oin(9300)
ASKED = {"cambo": "roc-schie", "zgw": "gemeente-rotterdam"}  # cambo first: its poll waits longer
AS_NOBODY = "message with a bad token"
OF_FORMAT = ["referral", "duplicate", "amend", "stale", "out of order", "cancel"]


class Asked(Told):
    """The hub asks a municipality's zaak system, and CAMBO for a school that holds clients."""

    def deploy(self) -> None:
        self.port = free_ports(1)[0]
        desks = {"zgw": (ROTTERDAM, ASKED["zgw"]), "cambo": (VCA, ASKED["cambo"])}
        self.lists = asked_lists(self.folder, self.port, desks)
        events = {"name": "events", "partner": ROTTERDAM, "connector": "cloudevent"}
        self.lists["sources"].append(events)
        super().deploy()

    def write_another(self, name: str, value: str) -> None:
        """Configuration other.conf, in which that is not so."""
        was = f'{name} = "{value}"'
        text = (self.folder / "network.conf").read_text()
        assert was in text
        (self.folder / "another.conf").write_text(text.replace(was, f'{name} = "another"'))
        one = (self.folder / "one.conf").read_text()
        (self.folder / "other.conf").write_text(one.replace("network.conf", "another.conf"))


@contextmanager
def an_asked_hub(services, folder: Path) -> Iterator[Asked]:
    class WithSystems(Asked):
        systems = {desk: System() for desk in ASKED.values()}

    world = replace(
        WORLD,
        partners=WORLD.partners | {VCA: Partner(VCA, "roc-schie", "ROC Schie")},
        desks=WORLD.desks | {"roc-schie": Desk("roc-schie", VCA, "ROC", "AM22")},
    )
    with a_hub(services, folder, WithSystems, world) as made:
        for name, partner in (("cambo", VCA), ("zgw", ROTTERDAM)):
            system = WithSystems.systems[ASKED[name]]
            system.api = Api(made.edges()[0], partner, token_for_tests(partner))
        made.write_another("client_id", "lokethub")
        yield made
        for system in WithSystems.systems.values():
            system.receiver.end()


class Nothing(Relay):
    """Stands where a zaak system without zaken would."""

    protocol_version = "HTTP/1.0"  # no connection is kept for who stands there next

    def spoil(self) -> tuple[int, str]:
        return 200, '{"next": null, "previous": null, "results": []}'


def let_it_poll(hub: Asked) -> None:
    """For what it has asked in vain since it began; the next time is in an hour."""
    log = hub.folder / "one.log"
    with standing(Nothing, hub.port):
        polled = re.compile(r"at=poll source=\S+/zaken .*outcome=ok")
        wait_for("a poll", lambda: polled.search(log.read_text()), 60)


@pytest.fixture(scope="module")
def asked(services, tmp_path_factory):
    with an_asked_hub(services, tmp_path_factory.mktemp("asked")) as made:
        let_it_poll(made)
        yield made


@pytest.mark.parametrize(("spoken", "who"), ASKED.items())
def test_a_system_that_the_hub_asks_passes(asked, spoken, who):
    """The hub is notified of each step and asks for it. What is told it besides is named."""
    words = ("--source", "zaken") if spoken == "zgw" else ()
    page = conform(asked, who, "--serve", str(asked.port), "--wait", "60", *words)
    assert page["admitted"]
    assert page["format"] == spoken
    assert page["not_tried"] == (
        "source events (cloudevent): a run with --source events tries it" if words else None
    )
    assert rows_with(page, "FAIL") == []
    blind = ["sender: out of order"] if spoken == "cambo" else []
    assert rows_with(page, "NOT POSSIBLE") == [*blind, "sender: old schema", *NO_TLS]
    for name, applied in (("referral", 1), ("duplicate", 1), ("amend", 2)):
        assert f", {applied} applied, 0 refused, 1 referral, " in came(page, name)
    assert "CANCEL" in came(page, "cancel")
    assert came(page, AS_NOBODY) == "status 401"


def test_a_short_wait_is_for_the_look_alone(asked, tmp_path):
    """That the hub asks for nothing more is waited for behind it. What is notified of a zaak are
    always the same words."""
    shutil.copytree(TEMPLATES, tmp_path / "simulate")
    notification = tmp_path / "simulate" / "zgw" / "notification.json"
    said = json.loads(notification.read_text())
    said |= {"actie": "partial_update", "aanmaakdatum": time.strftime("%Y-%m-%dT%H:%M:%SZ")}
    notification.write_text(json.dumps(said))
    words = ("--serve", str(asked.port), "--wait", "2", "--source", "zaken")
    words += ("--templates", str(tmp_path / "simulate"))
    page = json.loads(run_conform(asked.folder / "one.conf", ASKED["zgw"], "--json", *words))
    assert "did not ask" not in came(page, "referral")
    assert {"sender: referral", "sender: out of order"} <= set(rows_with(page, "PASS"))


@pytest.mark.parametrize(("spoken", "who"), ASKED.items())
def test_a_hub_that_shows_another_proof_is_told(asked, spoken, who):
    """The system that is played expects another client than the hub is."""
    words = ("--serve", str(asked.port), "--wait", "60")
    page = conform(asked, who, *words, code=1, config="other.conf")
    assert not page["admitted"]
    assert [row for row in rows_with(page, "FAIL") if "sender" in row] == [
        f"sender: {name}" for name in OF_FORMAT
    ]
    assert "without what its endpoint's auth and secret say" in came(page, "referral")
    assert came(page, AS_NOBODY) == "status 401"


def test_a_hub_that_asks_wrongly_fails(asked):
    """Anybody may notify it; told again, it asks for another zaak. It decides late, and refuses
    what is stale for another reason. Who refers is not answered."""

    class Wrong(Relay):
        hub = asked.edges()[0].removeprefix("http://")
        token = f"Bearer {token_for_tests(ROTTERDAM)}"
        told: set[bytes] = set()
        stale = 0

        def spoil(self) -> tuple[int, str] | None:
            if self.path.startswith("/v1/in/"):
                if self.passed["Authorization"] == self.token and self.body in self.told:
                    self.body = self.body.replace(b"-8000-0000", b"-8000-9999")
                self.told.add(self.body)
                self.passed["Authorization"] = self.token
            if b"seen_version" in self.body:
                Wrong.stale += 1
                return (202, "{}") if self.stale == 1 else (409, '{"code": "ILLEGAL"}')
            return (0, "") if self.path == "/v1/referrals" else None

    with standing(Wrong) as url:
        words = ("--serve", str(asked.port), "--url", url, "--wait", "5")
        page = conform(asked, ASKED["zgw"], *words, code=1)
    failed = [row for row in rows_with(page, "FAIL") if "sender" in row]
    assert failed == [f"sender: {name}" for name in ("duplicate", AS_NOBODY, "stale")]
    assert "the hub did not ask for it within 5 s" in came(page, "duplicate")
    assert re.match("status 2", came(page, AS_NOBODY))
    assert re.match("status 409, ILLEGAL, still ", came(page, "stale"))
    assert re.search("cannot refer to it: (?!status)..", page["desk_rows"][0]["came"])


def test_an_amendment_that_says_nothing_new_fails(asked, tmp_path):
    shutil.copytree(TEMPLATES, tmp_path / "simulate")
    zaak = tmp_path / "simulate" / "zgw" / "zaak.json"
    said = zaak.read_text()
    assert "{{amended | Kan ook in deeltijd.}}" in said
    zaak.write_text(said.replace("{{amended | Kan ook in deeltijd.}}", ""))
    words = ("--serve", str(asked.port), "--wait", "5", "--templates", str(tmp_path / "simulate"))
    page = conform(asked, ASKED["zgw"], *words, code=1)
    assert [row for row in rows_with(page, "FAIL") if "sender" in row] == ["sender: amend"]
    assert ", 1 applied, 0 refused, 1 referral, " in came(page, "amend")


def test_a_zaak_that_the_hub_makes_nothing_of_has_no_receipt(services, tmp_path):
    """By a hub that knows no other of that system's zaaktypen yet."""
    shutil.copytree(TEMPLATES, tmp_path / "simulate")
    zaaktype = tmp_path / "simulate" / "zgw" / "zaaktype.json"
    said = zaaktype.read_text()
    assert "{{zaaktype}}" in said
    zaaktype.write_text(said.replace("{{zaaktype}}", "B9999"))
    words = ("--wait", "4", "--templates", str(tmp_path / "simulate"))
    (tmp_path / "hub").mkdir()
    with an_asked_hub(services, tmp_path / "hub") as hub:
        page = conform(hub, ASKED["zgw"], "--serve", str(hub.port), *words, code=1)
    assert "there is no receipt: status 404" in came(page, "referral")
    assert set(OF_FORMAT) <= {row["name"] for row in page["sender"] if row["result"] == "FAIL"}


def referrals_of(hub, partner: str) -> int:
    said = [each["body"] for _, each in hub.decoded("intake") if each["partner"] == partner]
    return len([kind for kind, _ in said if kind.endswith("Referral")])


def test_what_is_not_served_is_not_tried_and_says_so(asked):
    before = referrals_of(asked, ROTTERDAM)
    page = conform(asked, ASKED["zgw"], "--wait", "3", "--source", "zaken", code=1)
    assert not page["admitted"]
    assert page["format"] == "zgw"
    assert "--serve HOST:PORT" in page["not_tried"]
    untried = [row for row in page["sender"] if row["name"] in [*OF_FORMAT, AS_NOBODY]]
    assert {(row["result"], row["came"]) for row in untried} == {
        ("NOT POSSIBLE", page["not_tried"])
    }
    assert len(untried) == len(OF_FORMAT) + 1
    assert "sender: bad input" in rows_with(page, "PASS")
    assert referrals_of(asked, ROTTERDAM) == before
    assert "--serve HOST:PORT" in run_conform(
        asked.folder / "one.conf", ASKED["zgw"], "--wait", "1", code=1
    )


def test_who_cannot_be_served_is_told(asked):
    config = asked.folder / "one.conf"
    assert "no source" in run_conform(config, "wsp-rijnmond", "--serve", str(asked.port), code=2)
    assert "HOST:PORT" in run_conform(config, ASKED["zgw"], "--serve", "here", code=2)
