"""test_balance - what ops asks of the past and of the rules, of a town that lives three days.

balance and its letters, replay, route diff, clocks and duplicates. The days begin at noon, so that
none of them ends meanwhile. The last tests spoil the view: nothing may come behind them.
"""

import dataclasses
import hashlib
import io
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import deploy
import fastavro
import harness
import pytest
from confluent_kafka import Producer
from model.rules import Route
from model.wire import MAGIC, Record, Registry, read_topic
from model.world import WORLD
from receiver import MailServer
from town import GEMEENTE, LEERWERK, PEOPLE, UWV, WSP, Town

pytestmark = pytest.mark.peers

HOUR = 3_600_000
NETHERLANDS = ZoneInfo("Europe/Amsterdam")
LETTERS_TO = "stand@uwv.example"
BASE = {
    "kind": "TRANSFER",
    "subject": "PERSON",
    "from_desk": UWV,
    "question": "WERK",
    "municipality": "GM0599",
    "origin": "PARTNER",
    "purpose": "GUIDANCE",
    "legal_basis": {"kind": "PUBLIC_TASK"},
}


class Days(Town):
    """A town with the days on which it lived."""

    def __init__(self, hub: harness.Hub, mails: MailServer) -> None:
        super().__init__(hub)
        self.mails = mails
        self.days: list[str] = []

    def now(self) -> datetime:
        ahead = int(self.hub.offset_file.read_text())
        return datetime.fromtimestamp(time.time() + ahead / 1000, NETHERLANDS)

    def letters(self, day: str) -> list[str]:
        """About the end of that day."""
        head = f"Subject: Lokethub: stand van {day}\r\n"
        return [text for text in self.mails.at(LETTERS_TO) if head in text]

    def next_noon(self) -> None:
        """Waits for the letter about the day that is over: later there is none of it."""
        now = self.now()
        noon = (now + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
        self.hub.advance(int((noon.timestamp() - now.timestamp()) * 1000))
        harness.wait_for("the letter", lambda: self.letters(f"{now:%Y-%m-%d}"), 60)
        self.days.append(f"{noon:%Y-%m-%d}")

    def offer(self, who: str, name: str | None = None, **fields: Any) -> str:
        """Its referral's id; without a to_desk the hub routes."""
        referral = BASE | fields
        person = {"bsn": PEOPLE[who], "family_name": name or who, "birth_date": "2001-05-30"}
        answer = self.post(
            referral["from_desk"],
            "/v1/referrals",
            {"case": f"case-{who}", "person": person, "body": {"Referral": referral}},
        )
        assert answer.status_code == 201, answer.text
        self.referrals[who] = answer.headers["Location"].rpartition("/")[2]
        return self.referrals[who]

    def must(self, who: str, desk: str, action: str, **change: Any) -> None:
        answer = self.act(who, desk, action, **change)
        assert answer.status_code < 300, answer.text

    def balance(self, partner: str, day: int) -> dict[tuple[str, str], dict]:
        found = self.ask("balance", partner, self.days[day])
        assert (found["undecided"], found["cut"], found["view_is_current"]) == (0, 0, True)
        return {(row["from"], row["to"]): row for row in found["pairs"]}


def oin(desk: str) -> str:
    return WORLD.desks[desk].partner


def hash_of(*referrals: str) -> str:
    """As a partner would: sort ids.txt | sha256sum."""
    lines = "".join(f"{each}\n" for each in sorted(referrals))
    return hashlib.sha256(lines.encode()).hexdigest()


@pytest.fixture(scope="module")
def town(services: harness.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    mails = MailServer()
    mail = {
        "url": f"smtp://127.0.0.1:{mails.port}",
        "from": "lokethub@hub.example",
        "starttls": False,
    }
    folder = tmp_path_factory.mktemp("days")
    hub = harness.Hub(folder, services, WORLD, f"balance-{time.time_ns()}.", {"mail": mail})
    hub.deploy()
    network = folder / "network.conf"
    whose = f'oin = "{oin(UWV)}";'
    network.write_text(
        network.read_text().replace(whose, f'{whose} balance_to = "{LETTERS_TO}";', 1)
    )
    hub.start("one")
    hub.ready()
    made = Days(hub, mails)
    made.next_noon()
    made.offer("anna", to_desk=WSP)
    made.must("anna", WSP, "ACCEPT")
    made.offer("bram", from_desk=GEMEENTE, to_desk=WSP)
    made.must("bram", WSP, "DECLINE", reason="NO_CAPACITY", suggested_desk=LEERWERK)
    made.offer("cleo", to_desk=WSP)
    made.next_noon()
    made.must("cleo", WSP, "DECLINE", reason="NO_CAPACITY", suggested_desk=LEERWERK)
    made.offer("dirk", name="anna")  # routed by "work", and perhaps the same person
    made.next_noon()
    made.offer("eva", question="LEERBAAN")
    made.offer("finn", question="LEERBAAN", to_desk=WSP, from_desk=GEMEENTE)
    yield made
    hub.end()
    mails.end()


def test_a_balance_has_what_was_open_at_each_midnight(town: Days) -> None:
    anna, cleo, dirk = (town.referrals[who] for who in ("anna", "cleo", "dirk"))
    pair = (oin(UWV), oin(WSP))
    first, second = (town.balance(oin(UWV), day)[pair] for day in (0, 1))
    assert (first["open"], first["sha256"]) == (2, hash_of(anna, cleo))
    assert (second["open"], second["sha256"]) == (2, hash_of(anna, dirk))
    assert first["sha256"] != second["sha256"]
    assert first["undelivered"] <= 1  # anna's was accepted
    assert set(town.balance(oin(UWV), 0)) == {pair}


def test_a_balance_is_the_same_for_both(town: Days) -> None:
    for day in (0, 1):
        assert town.balance(oin(UWV), day) == town.balance(oin(WSP), day)
    assert town.balance(oin(GEMEENTE), 1) == {}  # bram was declined before midnight


def test_a_balance_names_its_referrals(town: Days) -> None:
    found = town.ask("balance", "UWV", town.days[0], "--referrals")
    assert found["partner"] == oin(UWV)
    names = [row["referral"] for row in found["referrals"]]
    assert names == sorted(town.referrals[who] for who in ("anna", "cleo"))
    shown = town.run("balance", "UWV", town.days[0])
    assert shown.returncode == 0
    assert hash_of(*names) in shown.stdout


def test_a_balance_of_what_is_none(town: Days) -> None:
    before = f"{datetime.fromisoformat(town.days[0]) - timedelta(days=1):%Y-%m-%d}"
    assert town.ask("balance", oin(UWV), before)["pairs"] == []
    assert town.run("balance", "Nobody", before).returncode == 2
    assert town.run("balance", oin(UWV), "yesterday").returncode == 2
    today = town.run("balance", oin(UWV), town.days[2])
    assert today.returncode == 2
    assert "is not over yet" in today.stderr


def test_a_letter_tells_the_same_numbers(town: Days) -> None:
    before = datetime.fromisoformat(town.days[0]) - timedelta(days=1)
    [none] = town.letters(f"{before:%Y-%m-%d}")
    assert "Er stond niets open." in none
    for day in (0, 1):
        [text] = town.letters(town.days[day])
        [row] = town.balance(oin(UWV), day).values()
        assert (
            f"Van {oin(UWV)} naar {oin(WSP)}: {row['open']} open, {row['undelivered']} nog niet"
            f" bezorgd\r\n  SHA-256 {row['sha256']}\r\n" in text
        )
        assert not [word for word in (*PEOPLE, *PEOPLE.values(), "case-") if word in text]


def test_a_letter_goes_out_once(town: Days) -> None:
    """Also where the edge starts again meanwhile."""
    town.hub.processes["one"].end()
    town.hub.start("one")
    town.hub.ready()
    time.sleep(5)
    letters = town.mails.at(LETTERS_TO)
    assert len(letters) == len(set(letters))
    assert [len(town.letters(day)) for day in town.days] == [1, 1, 0]
    lines = town.run("tap", "facts", "--from", "beginning").stdout.splitlines()
    facts = [json.loads(line) for line in lines]
    told = [row["value"]["number"] for row in facts if row["key"] == f"cursor/balance/{oin(UWV)}"]
    assert len(told) == len(letters)
    assert told == sorted(set(told))


def events_of(town: Days) -> int:
    return len(town.run("tap", "events", "--from", "beginning").stdout.splitlines())


def test_replay_finds_nothing(town: Days) -> None:
    before = events_of(town)
    found = town.ask("replay")
    assert (found["differences"], found["cut"], found["view_is_current"]) == ([], 0, True)
    assert found["clients"] == 6
    assert 0 < before <= found["events"] <= events_of(town)


def test_replay_of_a_day_looks_at_its_clients(town: Days) -> None:
    clients = [town.ask("replay", day)["clients"] for day in town.days]
    assert clients[0] == 3
    assert 2 <= clients[1] < 6  # cleo and dirk, and whoever a clock reminded
    assert town.ask("replay", "2001-05-30")["clients"] == 0
    assert town.run("replay", "today").returncode == 2


def test_clocks_are_those_of_the_queue(town: Days) -> None:
    rows = town.ask("clocks")["clocks"]
    queue = town.ask("queue")["desks"]
    assert sum(row["all"] for row in rows) == queue[-1]["waiting"]
    for row in rows:
        times = ("past_due", "within_hour", "within_day", "within_week", "all")
        past, hour, day, week, every = (row[name] for name in times)
        assert past == 0 and hour <= day <= week <= every
        assert row["next_due"] is not None
    mine = town.ask("clocks", WSP)["clocks"]
    assert mine == [row for row in rows if row["desk"] == WSP]
    assert {"T2", "T5"} & {row["clock"] for row in mine}
    hub = town.ask("clocks", "hub")["clocks"]
    assert {row["desk"] for row in hub} == {"hub"}
    assert town.run("clocks", "no-such-desk").returncode == 2


def test_duplicates_are_shown_and_left_alone(town: Days) -> None:
    rows = town.ask("duplicates", code=1)["duplicates"]
    assert {row["client"] for row in rows} == {town.client_of("anna"), town.client_of("dirk")}
    assert {row["person"] for row in rows} == {1}
    assert {row["merging"] for row in rows} == {None}


def test_route_diff_names_those_that_would_go_elsewhere(town: Days) -> None:
    """Of two with a new rule's question one had named its desk; of two that the hub routed one
    asks for something else."""
    trades = Route("trades", to_desk=LEERWERK, questions=("LEERBAAN",), regions=("AM22",))
    other = dataclasses.replace(WORLD, routes=(trades, *WORLD.routes))
    (town.hub.folder / "other-network.conf").write_text(deploy.network(other))
    path = town.config.with_name("other.conf")
    path.write_text(town.config.read_text().replace("network.conf", "other-network.conf"))
    found = town.ask("route", "diff", str(town.config), str(path), "--since", "14d", code=1)
    [eva] = found["referrals"]
    assert eva["client"] == town.client_of("eva")
    assert eva["referral"] == town.referrals["eva"]
    assert (eva["desk"], eva["old_desk"], eva["old_rule"]) == (WSP, WSP, "work")
    assert (eva["new_desk"], eva["new_rule"]) == (LEERWERK, "trades")
    assert (found["referrals"], found["moved"], found["otherwise"]) == ([eva], 1, 0)
    assert found["looked_at"] == 6
    back = town.ask("route", "diff", str(path), str(town.config), code=1)
    assert [(row["old_desk"], row["new_desk"]) for row in back["referrals"]] == [(LEERWERK, WSP)]
    assert back["otherwise"] == 1
    same = town.ask("route", "diff", str(path), str(path))
    assert (same["moved"], same["looked_at"]) == (0, 6)
    later = town.ask("route", "diff", str(town.config), str(path), "--since", town.days[1], code=1)
    assert later["looked_at"] == 3
    assert town.run("route", "diff", str(path), "nowhere.conf").returncode == 3
    assert town.run("route", "diff", str(path), str(path), "--since", "long").returncode == 2


def last_record(town: Days, client: str) -> Record:
    records = read_topic(town.hub.services.brokers, "clients", town.hub.prefix)
    return [record for record in records if record.key == client][-1]


def write_client(town: Days, record: Record, **change: Any) -> None:
    """A record that no Event speaks of, into topic clients."""
    assert record.value is not None
    registry = Registry(town.hub.services.registry)
    _, number = MAGIC.unpack_from(record.value)
    data = io.BytesIO()
    data.write(record.value[: MAGIC.size])
    fastavro.schemaless_writer(
        data, registry.schema(number), registry.decode(record.value) | change
    )
    producer = Producer({"bootstrap.servers": town.hub.services.brokers})
    producer.produce(
        town.hub.prefix + "clients", data.getvalue(), record.key, partition=record.partition
    )
    producer.flush(30)


def test_replay_finds_a_record_that_was_tampered_with(town: Days) -> None:
    """Anna is with WSP by her Events; the record says UWV, or that she is gone."""
    anna = town.client_of("anna")
    record = last_record(town, anna)
    client = Registry(town.hub.services.registry).decode(record.value)
    write_client(town, record, owner=client["desks"].index(UWV))
    harness.wait_for("the wrong record", lambda: town.ask("where", anna)["desk"] == UWV, 30)
    found = town.ask("replay", code=1)
    [difference] = found["differences"]
    assert difference["client"] == anna
    assert difference["text"] == f"the record is with {UWV}, by its Events with {WSP}"
    assert town.ask("replay", town.days[0], code=1)["differences"] == [difference]
    rows = town.ask("orphans", code=1)["orphans"]
    assert {(row["invariant"], row["client"]) for row in rows} == {("I2", anna), ("I20", anna)}
    write_client(town, record, duty_due=client["duty_due"] + HOUR)
    harness.wait_for(
        "the other record",
        lambda: "is not what its Events leave" in town.run("replay").stdout,
        60,
    )
    write_client(town, record)
    harness.wait_for("the right record", lambda: town.run("replay").returncode == 0, 60)
