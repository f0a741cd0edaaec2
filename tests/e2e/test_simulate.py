"""test_simulate - partners are played with made-up people, and nowhere but on a test lane."""

import json
import shutil
import socket
import struct
import subprocess
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import deploy
import harness
import pytest
from api import ApiHub, a_hub
from harness import wait_for
from lanes import LaneHub, Production
from model.rules import Config, Desk, Partner
from model.world import FUND, ROTTERDAM, SCHOOL, TWENTE, UWV, WORLD, WSP, oin
from nacl.bindings import crypto_shorthash_siphash24
from ports import free_ports

TEMPLATES = harness.ROOT / "config" / "simulate"
PLACES = WORLD.municipalities
CAPELLE, BROKER, SBB, TALKER = oin(9000), oin(9100), oin(9200), oin(9300)
MORE = {  # than there are in the world, so that each format has a partner of its own
    CAPELLE: ("gemeente-capelle", "MUNICIPALITY"),
    BROKER: ("bemiddelaar-rijnmond", "OUTREACH"),
    SBB: ("sbb", "SECTOR_DESK"),
    TALKER: ("werkgeversloket-rijnmond", "OUTREACH"),
}
SPOKEN = {
    ROTTERDAM: "cloudevent",
    FUND: "csv",
    SCHOOL: "overstap",
    UWV: "sonar",
    CAPELLE: "stuf",
    WSP: "vacancy",
    BROKER: "vum",
    SBB: "recognition",
    TALKER: "contactmoment",
}
HEARD = {"employers": (("90001354", "100333"),)}
ASKED = {ROTTERDAM: "zgw", SCHOOL: "cambo"}  # whose systems the hub asks
FATES = ("handovers", "accepted", "declined", "silent", "completed")


def run_simulate(config: Any, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [harness.BINARY, "simulate", "--templates", TEMPLATES, *words, "--config", config],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def simulate(config: Any, *words: str, code: int = 0) -> Any:
    """On a busy machine the hub may say 503 now and then: that is exit code 1."""
    done = run_simulate(config, *words, "--json")
    assert done.returncode in ((0, 1) if code == 0 else (code,)), done.stdout + done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr


def larger_world() -> Config:
    partners = {name: Partner(name, desk, desk) for name, (desk, _) in MORE.items()}
    desks = {desk: Desk(desk, name, kind, "AM22", ()) for name, (desk, kind) in MORE.items()}
    return replace(WORLD, partners=WORLD.partners | partners, desks=WORLD.desks | desks)


class Played(LaneHub):
    """Partners with formats of their own: one for each connector that has a template."""

    def deploy(self) -> None:
        drop = self.folder / "sonar"
        drop.mkdir()
        self.lists = {
            "sources": [
                {"name": "events", "partner": ROTTERDAM, "connector": "cloudevent"},
                {"name": "table", "partner": FUND, "connector": "csv"},
                {
                    "name": "school",
                    "partner": SCHOOL,
                    "connector": "overstap",
                    "settings": {
                        "schools": (("99XX", "from_desk=roc-maas municipality=GM0599"),),
                        "statuses": (("LI", "CANCEL reason=CLIENT_DECLINED"),),
                    },
                },
                {
                    "name": "sonar",
                    "partner": UWV,
                    "connector": "sonar",
                    "folder": str(drop),
                    "settings": {
                        "referrals": (("Klantprofiel = BBL | Scholing", "LEERBAAN"),),
                        "from_desks": (("AM22", "uwv-rijnmond"), ("AM05", "uwv-twente")),
                        "municipalities": tuple((each.code, each.code) for each in PLACES),
                    },
                },
                {
                    "name": "suite",
                    "partner": CAPELLE,
                    "connector": "stuf",
                    "settings": {
                        "organisation": "0502",
                        "partner_organisation": "0502",
                        "partner_application": "SUITE",
                        "from_desk": "gemeente-capelle",
                        "municipality": "GM0502",
                        "zaaktypen": (("B1026", "question=WERK"),),
                        "results": (("Ingetrokken", "CANCEL reason=CLIENT_DECLINED"),),
                    },
                },
                {"name": "heard", "partner": WSP, "connector": "contactmoment"}
                | {"settings": HEARD},  # it refers nobody: what WSP refers with comes behind it
                {
                    "name": "vacancies",
                    "partner": WSP,
                    "connector": "vacancy",
                    "settings": {
                        "presets": "from_desk=wsp-rijnmond kind=SERVICE",
                        "legal_basis": "Wet SUWI art. 10",
                        "referrals": (
                            ("contractvorm.codeTypeOvereenkomst = 02", "question=ORIENTATIE"),
                        ),
                        "municipalities": (("30", "GM0599"),),
                    },
                },
                {
                    "name": "profiles",
                    "partner": BROKER,
                    "connector": "vum",
                    "settings": {
                        "presets": "from_desk=bemiddelaar-rijnmond",
                        "legal_basis": "Wet SUWI art. 10",
                        "referrals": (
                            ("contractvorm.codeTypeOvereenkomst = 02", "question=LEERBAAN"),
                        ),
                        "municipalities": (("30", "GM0599"),),
                    },
                },
                {"name": "companies", "partner": SBB, "connector": "recognition"},
                {"name": "contacts", "partner": TALKER, "connector": "contactmoment"}
                | {"settings": HEARD},
            ],
            "simulations": [
                {"partner": SCHOOL, "values": (("brin", "99XX"),)},
                {
                    "partner": CAPELLE,
                    "values": (
                        ("organisatie", "0502"),
                        ("applicatie", "SUITE"),
                        ("zaaktype", "B1026"),
                    ),
                },
                {"partner": TALKER, "values": (("kvk", "90001354"),)},
                {"partner": TWENTE, "referrals_per_day": 0},
                {"partner": WSP, "decides_min": 60},
                {"partner": ROTTERDAM, "referrals_per_day": 40, "accepted": 100, "declined": 0},
            ],
        }
        super().deploy()
        network = self.folder / "network.conf"
        for name in (SBB, TALKER):
            row = f'oin = "{name}";'
            assert row in network.read_text()
            network.write_text(network.read_text().replace(row, f"{row} recognises = true;"))


@pytest.fixture(scope="module")
def lane(services, tmp_path_factory):
    with a_hub(services, tmp_path_factory.mktemp("played"), Played, larger_world()) as made:
        yield made


def config_of(hub: ApiHub) -> Any:
    return hub.folder / "one.conf"


def is_quiet(hub: ApiHub) -> bool:
    """Nothing comes any more by itself."""
    before = len(hub.records("intake"))
    time.sleep(3)
    return len(hub.records("intake")) == before


def play(lane: Any, seed: int, total: Counter[Any]) -> Any:
    """total: by fate, and what each partner sent."""
    page = simulate(config_of(lane), "all", "--for", "12", "--rate", "20000", "--seed", str(seed))
    for each in page["partners"]:
        total.update({name: each[name] for name in FATES})
        total.update({(each["oin"], name): each[name] for name in ("sent", "taken")})
    return page


def test_partners_are_played(lane):
    total: Counter[Any] = Counter()
    page = play(lane, 7, total)
    assert page["seed"] == 7
    partners = {each["oin"]: each for each in page["partners"]}
    assert set(partners) == set(lane.config.partners)
    assert partners[TWENTE]["sent"] == 0
    for each in partners.values():
        assert each["refused"] == 0, each
        assert each["taken"] + each["away"] == each["sent"]
    formats = {oin: each["format"] for oin, each in partners.items()}
    assert formats == {name: SPOKEN.get(name, "own") for name in formats}
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}
    assert folders == set(formats.values()) | set(ASKED.values())
    assert partners[ROTTERDAM]["declined"] == 0
    busy = set(partners) - {TWENTE, SBB, TALKER}

    def is_enough() -> bool:
        return all(total[name] for name in FATES) and all(total[name, "taken"] > 5 for name in busy)

    for seed in range(8, 14):  # what is slow here comes later
        if is_enough():
            break
        play(lane, seed, total)
    assert is_enough(), total
    assert 0 < total[SBB, "sent"] < total[WSP, "sent"] < total[BROKER, "sent"]
    wait_for("the last files to be read", lambda: is_quiet(lane), 60)
    report = lane.judge()
    assert report.differences == [], str(report)
    cases = {each["case"] for _, each in lane.decoded("intake") if each["case"]}
    assert {case.split("-")[0] for case in cases} >= {"SIM", "WZ"}
    assert any(case.startswith("0502") and len(case) == 12 for case in cases)
    assert not [path for path in (lane.folder / "sonar").glob("*.csv")]
    said = {message["partner"] for _, message in lane.decoded("intake")}
    assert said >= set(SPOKEN) - {SBB, TALKER}
    known = [each for _, each in lane.decoded("facts") if each and each["kind"] == "RECOGNITION"]
    heard = [each["id"].startswith("100333") for each in known]
    assert any(heard) and not all(heard)  # of contacts, and of SBB
    refused = [each for _, each in lane.decoded("rejected") if each["refused"]]
    assert refused == []  # also of what a table's answer tells row by row


def cases_of(hub: ApiHub, seed: int) -> dict[str, list[bytes]]:
    """The referrals that were said under each case of that seed, message by message."""
    found: dict[str, list[bytes]] = {}
    for _, message in hub.decoded("intake"):
        if (message["case"] or "").startswith(f"SIM-{seed}-"):
            found.setdefault(message["case"], []).append(message["body"][1]["referral"])
    return found


def test_the_same_seed_says_the_same(lane):
    """The same people under the same cases, from the first on."""
    words = ("gemeente-almere", "--rate", "20000", "--seed", "9", "--for", "4")
    away = simulate(config_of(lane), *words)["partners"][0]["away"]
    first = cases_of(lane, 9)
    page = simulate(config_of(lane), *words)
    (partner,) = page["partners"]
    assert partner["taken"] > 0
    both = cases_of(lane, 9)
    assert set(both) >= set(first)
    numbers = Ledger(9, partner["oin"]).numbers(both)
    assert min(numbers) > 0
    assert max(numbers) <= len(both) + partner["away"] + away
    assert all(len(set(referrals)) == 1 for referrals in both.values())
    assert [case for case in first if len(both[case]) > len(first[case])]


def test_through_production_it_goes_to_the_lane(services, tmp_path, lane):
    class Before(Production):
        lane_url = lane.edges()[0]

    with a_hub(services, tmp_path, Before) as hub:
        before = len(lane.records("intake"))
        words = ("gemeente-almere", "--for", "3", "--rate", "20000")
        page = simulate(config_of(hub), *words)
        assert page["partners"][0]["taken"] > 0
        assert len(lane.records("intake")) > before
        assert hub.records("intake") == []


def test_nothing_is_sent_to_a_hub_that_is_no_lane(services, tmp_path):
    with a_hub(services, tmp_path, ApiHub) as hub:
        words = ("gemeente-almere", "--for", "2", "--rate", "100000")
        said = simulate(config_of(hub), *words, code=2)
        assert "no test_tokens" in said

        # A configuration that takes this hub for a lane: the hub itself says that it is none.
        path = tmp_path / "wrong"
        path.mkdir()
        wrong = LaneHub(path, services, hub.config, hub.prefix)
        deploy.write(path, hub.config, {"kafka": {"topic_prefix": hub.prefix}}, {})
        wrong._node("setup", {}, 0, 0)
        for oin in hub.config.partners:
            deploy._secret(path / "secrets" / f"{oin}.test", deploy.token_of(oin))
        network = path / "network.conf"
        text = network.read_text()
        for oin in hub.config.partners:
            text = text.replace(
                f'tokens = [ "{oin}.token" ];',
                f'tokens = [ "{oin}.token" ]; test_tokens = [ "{oin}.test" ];',
            )
        network.write_text(text)
        said = simulate(path / "setup.conf", *words, "--url", hub.edges()[0], code=2)
        assert "no test lane" in said
        assert hub.records("intake") == []

        page = simulate(config_of(hub), *words, "--i-know-this-is-production")
        assert page["partners"][0]["taken"] > 0
        assert hub.records("intake") != []


def test_what_a_template_lacks_is_said_before_anything_is_sent(lane, tmp_path):
    for path in TEMPLATES.glob("*/*"):
        copy = tmp_path / path.relative_to(TEMPLATES)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(path.read_text().replace("{{case}}", "{{kenmerk}}"))
    before = len(lane.records("intake"))
    said = simulate(config_of(lane), "all", "--templates", tmp_path, code=2)
    assert "kenmerk" in said
    assert "referral.json" in said
    (tmp_path / "own" / "accept.json").unlink()
    assert "accept" in simulate(config_of(lane), "all", "--templates", tmp_path, code=2)
    assert len(lane.records("intake")) == before


def test_a_row_that_a_table_refuses_is_not_taken(lane, tmp_path):
    """The answer is 200: what became of a row stands in the table that it brings."""
    shutil.copytree(TEMPLATES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "csv" / "cancel.csv").unlink()
    for path in (tmp_path / "csv").iterdir():
        path.write_text(path.read_text().replace("{{municipality}}", "GM9999"))
    words = (FUND, "--templates", tmp_path, "--rate", "20000", "--for", "5", "--json")
    done = run_simulate(config_of(lane), *words)
    assert done.returncode == 1, done.stdout + done.stderr
    (fund,) = json.loads(done.stdout)["partners"]
    assert fund["format"] == "csv"
    assert fund["refused"] == fund["sent"] > 0, fund


@pytest.mark.parametrize("who", ["gemeente-capelle", "bemiddelaar-rijnmond", "wsp-rijnmond", "sbb"])
def test_conform_says_the_same_documents(lane, who):
    """Nobody answers its offers here, so it is not admitted; SBB refers in the hub's own JSON."""
    words = ("conform", who, "--templates", TEMPLATES, "--wait", "3", "--from", "uwv-rijnmond")
    done = subprocess.run(
        [harness.BINARY, *words, "--json", "--config", config_of(lane)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    page = json.loads(done.stdout)
    spoken = SPOKEN[page["oin"]]
    assert page["format"] == ("own" if spoken == "recognition" else spoken)
    rows = {row["name"]: row for row in page["sender"]}
    assert [row for row in page["sender"] if row["result"] == "FAIL"] == []
    for name in ("referral", "duplicate", "amend", "cancel"):
        assert rows[name]["result"] == "PASS", rows[name]


def test_who_is_not_there(lane):
    assert "neither all nor" in simulate(config_of(lane), "wsp-nergens", code=2)
    said = simulate(config_of(lane), "all", "--url", "http://127.0.0.1:9", code=4)
    assert "127.0.0.1:9" in said


def asked_lists(folder: Path, port: int, desks: dict[str, tuple[str, str]]) -> dict[str, list[Any]]:
    """Sources whose systems the hub asks at that port, by format: whose, and from which desk."""
    (folder / "secrets").mkdir()
    for name in desks:
        (folder / "secrets" / f"{name}.secret").write_text(f"secret & of {name}\n")
    (city, city_desk), (school, school_desk) = desks["zgw"], desks["cambo"]
    zaken, catalogi, vca = (
        f"http://127.0.0.1:{port}/{where}"
        for where in (f"{city}/zaken/api/v1", f"{city}/catalogi/api/v1", school)
    )
    shared = {"allow_private": True, "client_id": "lokethub"}
    return {
        "endpoints": [
            {
                "name": "zgw",
                "url": zaken,
                "also": [catalogi],
                "headers": (("Accept-Crs", "EPSG:4326"),),
                "auth": "jwt",
                "secret_file": "zgw.secret",
                "concurrency": 16,
            }
            | shared,
            {
                "name": "cambo",
                "url": f"{vca}/cambo/rest/v1",
                "auth": "oauth2",
                "token_url": f"{vca}/login/oauth2/token",
                "secret_file": "cambo.secret",
            }
            | shared,
        ],
        "sources": [
            {
                "name": "zaken",
                "partner": city,
                "connector": "zgw",
                "endpoint": "zgw",
                "system": "zaaksysteem",
                "poll_interval_s": 3600,
                "settings": {
                    "zaken_url": zaken,
                    "catalogi_url": catalogi,
                    "from_desk": city_desk,
                    "municipality": "GM0599",
                    "zaaktypen": (("B1026", "question=WERK"),),
                    "statuses": (("Ontvangen", "-"),),
                    "results": (("Ingetrokken", "CANCEL reason=CLIENT_DECLINED"),),
                    "eigenschappen": (("Niveau", "education.level"),),
                },
            },
            {
                "name": "vca",
                "partner": school,
                "connector": "cambo",
                "endpoint": "cambo",
                "system": "vca",
                "poll_interval_s": 3600,
                "settings": {
                    "path": "koppelpunt/0234AS/aanmelding",
                    "koppelpunt": "0234AS",
                    "schools": (("99XX", f"from_desk={school_desk} municipality=GM0599"),),
                    "statuses": (("ingetrokken", "CANCEL reason=CLIENT_DECLINED"),),
                },
            },
        ],
        "simulations": [
            {"partner": city, "referrals_per_day": 40, "values": (("zaaktype", "B1026"),)},
            {
                "partner": school,
                "referrals_per_day": 40,
                "values": (("brin", "99XX"), ("koppelpunt", "0234AS")),
            },
        ],
    }


class Asked(LaneHub):
    """A municipality and a school whose systems the hub asks, where a play may serve them."""

    def deploy(self) -> None:
        self.port = free_ports(1)[0]
        desks = {"zgw": (ROTTERDAM, "gemeente-rotterdam"), "cambo": (SCHOOL, "roc-maas")}
        self.lists = asked_lists(self.folder, self.port, desks)
        super().deploy()

    def serve(self, *words: str) -> tuple[str, ...]:
        return ("--serve", str(self.port), "--rate", "20000", *words)


class Ledger:
    """What hub/cli/host/ledger.h promises, once more: the steps of a system that is asked."""

    MASK = 2**64 - 1

    def __init__(self, seed: int, partner: str) -> None:
        self.first = self.below(self.whose(0, partner), 90_000_000) + seed * 55_623_059
        self.steps = self.thrown(self.whose(seed, partner))

    def whose(self, seed: int, partner: str) -> int:
        key = struct.pack("<qq", seed, 0)
        (whose,) = struct.unpack("<Q", crypto_shorthash_siphash24(partner.encode(), key))
        return whose

    def numbers(self, cases: Iterable[str]) -> list[int]:
        """Of its cases, from 1 on."""
        return [(int(case[-8:]) - 10_000_000 - self.first) % 90_000_000 for case in cases]

    def thrown(self, state: int) -> int:
        z = (state + 0x9E3779B97F4A7C15) & self.MASK
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & self.MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & self.MASK
        return z ^ z >> 31

    def below(self, state: int, limit: int) -> int:
        return (self.thrown(state) >> 32) * limit >> 32

    def fell(self, number: int) -> str:
        fell = self.below(self.steps + number & self.MASK, 100)
        names = ("again", "cancel", "amend")
        return names[fell // 4] if fell < 12 else "referral"

    def step(self, number: int) -> str:
        begins = number == 1 or self.fell(number - 1) == "cancel"
        return "referral" if begins else self.fell(number)

    def cases(self, count: int) -> dict[str, str]:
        """By number, and what became of each in so many steps."""
        found: dict[str, str] = {}
        last = ""
        for number in range(1, count + 1):
            step = self.step(number)
            if step == "referral":
                last = str(10_000_000 + (self.first + number) % 90_000_000)
            if step != "again":
                found[last] = step
        return found


@pytest.fixture(scope="module")
def asked(services, tmp_path_factory):
    with a_hub(services, tmp_path_factory.mktemp("asked"), Asked) as made:
        yield made


def play_asked(asked: Any, *words: str) -> dict[str, Any]:
    page = simulate(config_of(asked), "all", *asked.serve(*words))
    partners = {each["oin"]: each for each in page["partners"]}
    wait_for("all that was asked for to be in", lambda: is_quiet(asked), 60)
    return partners


def said_by(hub: ApiHub, partner: str) -> dict[str, list[Any]]:
    """Its messages by the last eight digits of their case."""
    found: dict[str, list[Any]] = {}
    for _, each in hub.decoded("intake"):
        if each["partner"] == partner and each["case"]:
            found.setdefault(each["case"][-8:], []).append(each["body"])
    return found


def actions_of(bodies: list[Any]) -> set[str]:
    return {body["action"] for kind, body in bodies if kind.endswith("StatusChange")}


def test_systems_that_the_hub_asks_are_played(asked):
    """Each case that was played arrives, and each cancel; nothing else does."""
    partners = play_asked(asked, "--for", "8", "--seed", "36")
    for name, format_ in ASKED.items():
        each = partners[name]
        assert each["format"] == format_
        assert each["refused"] == 0, each
        assert each["taken"] == each["sent"]  # what was not answered was told again
        assert each["sent"] > 25  # among the first 25 steps is one of each kind
        assert each["asked"] > 0
        cases = Ledger(36, name).cases(each["sent"])
        said = said_by(asked, name)
        assert set(said) == set(cases)
        cancelled = {case for case, step in cases.items() if step == "cancel"}
        assert cancelled
        assert {
            case for case, bodies in said.items() if "CANCEL" in actions_of(bodies)
        } == cancelled
        assert set().union(*map(actions_of, said.values())) == {"CANCEL"}
    zaken = said_by(asked, ROTTERDAM).values()
    assert all(any(kind.endswith("Referral") for kind, _ in bodies) for bodies in zaken)
    assert all(1 <= body["education"]["level"] <= 4 for (_, body), *_ in zaken)
    assert {each["format"] for name, each in partners.items() if name not in ASKED} == {"own"}
    refused = [each for _, each in asked.decoded("rejected") if each["refused"]]
    assert refused == []
    report = asked.judge()
    assert report.differences == [], str(report)


def test_the_same_seed_plays_the_same_cases(asked):
    """From its beginning again: nobody comes in twice. Another seed's are others."""
    play_asked(asked, "--for", "4", "--seed", "36")
    for name in ASKED:
        for bodies in said_by(asked, name).values():
            assert len({body["referral"] for kind, body in bodies}) == 1
    before = {name: set(said_by(asked, name)) for name in ASKED}
    partners = play_asked(asked, "--for", "4", "--seed", "37")
    for name in ASKED:
        more = set(said_by(asked, name)) - before[name]
        assert more == set(Ledger(37, name).cases(partners[name]["sent"])) - before[name]
        assert more


def test_a_system_that_is_not_asked_is_found(asked):
    """All is notified, and taken; but the endpoints lead elsewhere."""
    elsewhere = str(free_ports(1)[0])
    words = ("all", "--serve", elsewhere, "--rate", "20000", "--for", "1")
    done = run_simulate(config_of(asked), *words)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "the hub has not asked for all that it was told of" in done.stdout


def test_who_serves_nobody_or_nowhere_is_told(asked):
    config = config_of(asked)
    assert "HOST:PORT" in simulate(config, "all", "--serve", "here", code=2)
    assert "ask nobody here" in simulate(config, "uwv-rijnmond", *asked.serve(), code=2)
    with socket.create_server(("127.0.0.1", asked.port)):
        assert "--serve" in simulate(config, "all", *asked.serve(), code=4)
    page = simulate(config, "all", "--for", "2", "--rate", "20000")
    assert {each["format"] for each in page["partners"]} == {"own"}
