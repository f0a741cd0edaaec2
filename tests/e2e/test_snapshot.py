"""test_snapshot - exports that name all that is open: who is in them no more is asked about, never
closed, and too much at once waits for a person."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import harness
import pytest
from api import ApiHub, a_hub
from confluent_kafka import Producer
from harness import wait_for
from model.world import UWV
from test_sheets import export, row, table
from town import run

DESK = "uwv-rijnmond"
HELD = 1  # exit code of `lokethub snapshot`
AWAY = 4
KILLS = ("kill-1", "kill-2", "kill-3")
SOURCES = (
    *("daily", "third", "half", "release", "drop", "over", "unread", "lost"),
    *("small", "late", "pages", *KILLS),
)


def source(folder: Path, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "partner": UWV,
        "connector": "sonar",
        "system": name,
        "folder": str(folder / name),
        "settings": {
            "referrals": (("Klantprofiel = BBL", "LEERBAAN"),),
            "from_desks": (("AM22", DESK),),
            "snapshot": True,
        },
    }


class Source:
    """One of them, with cases of its own."""

    def __init__(self, hub: ApiHub, folder: Path, name: str) -> None:
        self.hub = hub
        self.drop = folder / name
        self.name = name

    def case(self, number: int) -> str:
        return f"WZ-{self.name}-{number}"

    def row(self, number: int, **more: str) -> str:
        return row(f"{self.name}-{number}", **more)

    def rows(self, numbers) -> str:
        return export(*(self.row(number) for number in numbers))

    def leave(self, name: str, text: str, written_at: float | None = None) -> None:
        aside = self.drop / f".{name}"
        aside.write_text(text, newline="")
        if written_at:
            os.utime(aside, (written_at, written_at))
        aside.rename(self.drop / name)

    def answer(self, name: str, seconds: float = 60) -> list[dict[str, str]]:
        def find():
            found = [
                each
                for folder in ("done", "refused")
                for each in (self.drop / folder).glob(f"*-{name}.answer*")
            ]
            return found[0] if found else None

        return table(wait_for(f"the answer to {name}", find, seconds).read_text())

    def put(self, name: str, text: str, **more: float) -> list[dict[str, str]]:
        self.leave(name, text, **more)
        return self.answer(name)

    def referrals(self) -> dict[str, Any]:
        """Those of its cases, by the case's number."""
        return {
            str(each["body"][1]["referral"]): int(each["case"].rpartition("-")[2])
            for _, each in self.hub.decoded("intake")
            if each["system"] == self.name and each["body"][0].endswith("Referral")
        }

    def vanished(self) -> list[int]:
        """The cases of all reports, each as often as it was told with another id."""
        mine = self.referrals()
        told = {
            each["id"]: mine[str(each["body"][1]["referral"])]
            for _, each in self.hub.decoded("intake")
            if each["partner"] == "hub"
            and each["body"][1].get("action") == "VANISHED"
            and str(each["body"][1]["referral"]) in mine
        }
        return sorted(told.values())

    def asked(self) -> list[int]:
        """The cases of which the sending desk was told that it has a duty, as often as it was."""
        mine = self.referrals()
        return sorted(
            mine[str(each["referral"])]
            for _, each in self.hub.decoded("handovers")
            if each["kind"] == "DUTY" and each["desk"] == DESK and str(each["referral"]) in mine
        )

    def results(self, number: int) -> list[str]:
        answer = self.hub.partner(UWV).get(f"/v1/receipts/{self.case(number)}").json()
        return [each["result"] for each in answer["messages"]]

    def states(self) -> set[str]:
        """Of the clients of all its cases."""
        found = {}
        mine = self.referrals()
        for _, client in self.hub.decoded("clients"):
            if any(str(each["referral"]) in mine for each in client["referrals"]):
                found[client["client"]] = client["status"]
        return set(found.values())

    def logged(self, *words: str) -> list[str]:
        lines = self.hub.processes["one"].log.read_text(errors="replace").splitlines()
        about = f"source={UWV}/{self.name} "
        return [
            line
            for line in lines
            if "at=snapshot " in line and about in line and all(word in line for word in words)
        ]

    def ask(self, *words: str) -> subprocess.CompletedProcess:
        return run(*words, config=self.hub.folder / "one.conf")

    def known(self) -> dict[str, Any]:
        """What `lokethub snapshot` says of it."""
        done = self.ask("snapshot", "--json")
        assert done.returncode in (0, HELD), done.stdout + done.stderr
        found = json.loads(done.stdout)["snapshots"]
        assert (done.returncode == HELD) == any(each["state"] == "held" for each in found)
        mine = [each for each in found if each["source"] == f"{UWV}/{self.name}"]
        return mine[0] if mine else {}

    def wait_state(self, state: str, **more: int) -> dict[str, Any]:
        """more: what else is said of it, where another list was in that state before."""
        wanted = {"state": state, **more}
        return wait_for(
            f"{self.name} to be {wanted}",
            lambda: wanted.items() <= (known := self.known()).items() and known,
            30,
        )

    def gauge(self) -> int:
        name = f'lokethub_snapshot_held{{source="{UWV}/{self.name}"}} '
        found = [each for each in self.hub.processes["one"].metrics() if each.startswith(name)]
        return int(found[0].removeprefix(name)) if found else 0


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory):
    folder = tmp_path_factory.mktemp("snapshot")
    sources = [source(folder, name) for name in SOURCES]
    with a_hub(services, folder, lists={"sources": sources}) as made:
        yield made


def of(hub: ApiHub, name: str) -> Source:
    return Source(hub, hub.folder, name)


def test_a_row_that_is_gone_is_asked_about_until_it_is_there_again(hub):
    daily = of(hub, "daily")
    daily.put("monday.csv", daily.rows(range(20)))
    hub.wait_settled()
    assert daily.wait_state("compared")["open"] == 20 and daily.vanished() == []
    refused = daily.row(1, Toestemming="Nee")  # it is there all the same
    other = daily.row(2, Klantprofiel="Werk")  # it is there, but no referral any more
    rest = [daily.row(number) for number in range(4, 20)]
    daily.put("tuesday.csv", export(daily.row(0), refused, other, *rest))
    hub.wait_settled()
    assert daily.vanished() == [2, 3] and daily.asked() == [2, 3]
    assert daily.states() == {"OPEN"}
    known = daily.wait_state("compared", gone=2)
    assert (known["open"], known["unreadable"]) == (20, 0)
    daily.put("wednesday.csv", export(daily.row(0), refused, other, *rest))
    hub.wait_settled()
    assert daily.asked() == [2, 3], "told twice"
    assert daily.logged("outcome=ok", "gone=0 ", "open=18 ")
    daily.put("thursday.csv", daily.rows(range(20)))
    hub.wait_settled()
    assert daily.results(3) == ["APPLIED", "APPLIED"]  # the row is the same, but it had vanished
    assert daily.results(4) == ["APPLIED", "DUPLICATE", "DUPLICATE", "DUPLICATE"]
    daily.put("friday.csv", daily.rows(number for number in range(20) if number != 3))
    hub.wait_settled()
    assert daily.asked() == [2, 3, 3]
    assert daily.states() == {"OPEN"}


def test_too_much_at_once_waits_for_a_person_over_restarts(hub):
    third = of(hub, "third")
    third.put("monday.csv", third.rows(range(20)))
    hub.wait_settled()
    third.put("tuesday.csv", third.rows(range(6, 20)))
    hub.wait_settled()
    known = third.wait_state("held", gone=6)
    assert (known["open"], known["document"]) == (20, "a file")
    [file] = (third.drop / "done").glob("*-tuesday.csv")
    written_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    assert abs(datetime.fromisoformat(known["taken_at"]) - written_at) < timedelta(milliseconds=2)
    said = [each for each in hub.records("facts") if "/third" in each.key]
    assert said and not [each for each in said if b"tuesday" in (each.value or b"")]
    assert third.vanished() == []
    [line] = third.logged("level=error", "outcome=held")
    assert "lokethub snapshot release" in line
    wait_for("the gauge", lambda: third.gauge() == 6, 10)
    hub.processes["one"].kill()
    hub.start()
    hub.ready()
    third.wait_state("held", gone=6)
    wait_for("the gauge", lambda: third.gauge() == 6, 20)
    assert third.vanished() == []
    # Posted, it says nothing of the others; of this one somebody has spoken since.
    posted = hub.partner(UWV).post(
        f"/v1/in/{UWV}/third", third.rows([2]).encode(), Content_Type="text/csv"
    )
    assert posted.status_code == 200, posted.text
    hub.wait_settled()
    done = third.ask("snapshot", "release", "third")
    assert done.returncode == 0, done.stdout + done.stderr
    third.wait_state("settled")
    wait_for("all to be told", lambda: len(third.vanished()) == 5, 30)
    hub.wait_settled()
    assert third.vanished() == [0, 1, 3, 4, 5] == third.asked()
    wait_for("the gauge", lambda: third.gauge() == 0, 10)
    again = third.ask("snapshot", "release", "third")
    assert again.returncode == 2 and "no list of source third is held" in again.stderr
    assert third.states() == {"OPEN"}


def test_half_a_list_is_dropped_or_replaced_by_the_next_one(hub):
    half = of(hub, "half")
    half.put("monday.csv", half.rows(range(20)))
    hub.wait_settled()
    half.put("tuesday.csv", half.rows(range(10)))
    half.wait_state("held")
    done = half.ask("snapshot", "drop", f"{UWV}/half")
    assert done.returncode == 0, done.stdout + done.stderr
    half.wait_state("settled")
    half.put("wednesday.csv", half.rows(range(5)))
    half.wait_state("held", gone=15)
    half.put("thursday.csv", half.rows(range(1, 20)))
    half.wait_state("compared", gone=1)
    hub.wait_settled()
    assert half.vanished() == [0]
    assert half.ask("snapshot", "release", "half").returncode == 2


def pump(source: socket.socket, to: socket.socket) -> None:
    while piece := source.recv(65536):
        to.sendall(piece)
    to.shutdown(socket.SHUT_WR)


class Gate:
    """The registry, which answers nobody before it is let."""

    def __init__(self, url: str) -> None:
        self.real = urlsplit(url)
        self.asked, self.open = threading.Event(), threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        host, port = self.server.getsockname()
        self.url = self.real._replace(netloc=f"{host}:{port}").geturl()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                asker, _ = self.server.accept()
                self.asked.set()
                threading.Thread(target=self._pass, args=(asker,), daemon=True).start()

    def _pass(self, asker: socket.socket) -> None:
        self.open.wait(60)
        with asker, socket.create_connection((self.real.hostname, self.real.port)) as real:
            answers = threading.Thread(target=pump, args=(real, asker), daemon=True)
            answers.start()
            pump(asker, real)
            answers.join(60)


def with_registry(hub: ApiHub, url: str) -> Path:
    """A config for commands, which find the registry there."""
    settings = (hub.folder / "settings.conf").read_text()
    there = f'"{url}"; timeout_ms = 60000; cache_file = "gate.cache"'
    changed, count = re.subn(re.escape(f'"{hub.services.registry}"'), there, settings)
    assert count == 1
    (hub.folder / "gate-settings.conf").write_text(changed)
    path = hub.folder / "gate.conf"
    one = (hub.folder / "one.conf").read_text()
    path.write_text(one.replace('"settings.conf"', '"gate-settings.conf"'))
    return path


@pytest.mark.parametrize("word", ["release", "drop"])
def test_a_newer_list_that_comes_at_the_same_time_is_held(hub, word):
    """The command has looked at the older one, and waits for the registry."""
    both = of(hub, word)
    both.put("monday.csv", both.rows(range(20)))
    hub.settle()
    both.put("tuesday.csv", both.rows(range(10)))
    both.wait_state("held", gone=10)
    gate = Gate(hub.services.registry)
    config = with_registry(hub, gate.url)
    with gate.server:
        command = subprocess.Popen(
            [harness.BINARY, "snapshot", word, word, "--config", config],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert gate.asked.wait(30)
        both.put("wednesday.csv", both.rows(range(5)))
        wait_for("the newer one to be held", lambda: both.known()["gone"] == 15, 30)
        gate.open.set()
        shown, said = command.communicate(timeout=60)
    assert (command.returncode, shown) == (2, ""), shown + said
    assert f"a newer list of source {UWV}/{word} came" in said and "lokethub snapshot" in said
    assert ("nobody is asked" in said) == (word == "release")
    hub.settle()
    known = both.known()
    assert (known["state"], known["gone"], both.vanished()) == ("held", 15, [])
    done = both.ask("snapshot", "release", word)
    assert done.returncode == 0, done.stdout + done.stderr
    wait_for("all to be told", lambda: len(both.vanished()) == 15, 30)


def test_a_newer_list_that_was_written_over_is_still_held(hub):
    """The command looks at the older one, releases that, and is killed before it looks again."""
    over = of(hub, "over")
    over.put("monday.csv", over.rows(range(20)))
    hub.settle()
    over.put("tuesday.csv", over.rows(range(10)))
    over.wait_state("held", gone=10)
    gate = Gate(hub.services.registry)
    config = with_registry(hub, gate.url)
    with gate.server:
        command = subprocess.Popen(
            [harness.BINARY, "snapshot", "release", "over", "--config", config],
            env=os.environ | {"LOKETHUB_CRASH_AT": "snapshot-written"},
        )
        assert gate.asked.wait(30)
        over.put("wednesday.csv", over.rows(range(5)))
        wait_for("the newer one to be held", lambda: over.known()["gone"] == 15, 30)
        gate.open.set()
        assert command.wait(60) == -signal.SIGKILL
    hub.settle()
    known = over.known()
    assert (known["state"], known["gone"], over.vanished()) == ("held", 15, [])
    done = over.ask("snapshot", "release", "over")
    assert done.returncode == 0, done.stdout + done.stderr
    wait_for("all to be told", lambda: len(over.vanished()) == 15, 30)
    over.wait_state("settled")


def test_what_no_edge_has_read_is_not_said_to_be_released(hub):
    unread = of(hub, "unread")
    unread.put("monday.csv", unread.rows(range(20)))
    hub.settle()
    unread.put("tuesday.csv", unread.rows(range(10)))
    unread.wait_state("held")
    hub.processes["one"].pause()
    try:
        done = unread.ask("snapshot", "release", "unread")
    finally:
        hub.processes["one"].resume()
    assert (done.returncode, done.stdout) == (AWAY, ""), done.stdout + done.stderr
    assert "no edge has read it within 5 s" in done.stderr
    assert f"a newer list of source {UWV}/unread" in done.stderr
    wait_for("all to be told", lambda: len(unread.vanished()) == 10, 30)
    unread.wait_state("settled")


def test_what_is_missing_from_a_list_that_is_lost_is_not_released(hub):
    lost = of(hub, "lost")
    lost.put("monday.csv", lost.rows(range(20)))
    hub.settle()
    lost.put("tuesday.csv", lost.rows(range(10)))
    lost.wait_state("held")
    producer = Producer({"bootstrap.servers": hub.services.brokers})
    producer.produce(hub.prefix + "facts", key=f"cursor/snapshot/{UWV}/lost", value=None)
    assert producer.flush(30) == 0
    wait_for("it to be gone", lambda: not lost.known(), 30)
    done = lost.ask("snapshot", "release", "lost")
    assert (done.returncode, done.stdout) == (2, ""), done.stdout + done.stderr
    assert f"from the list of source {UWV}/lost is not known any more" in done.stderr


def test_a_list_that_is_cut_off_or_says_nothing_is_no_list(hub):
    small = of(hub, "small")
    small.put("monday.csv", small.rows(range(8)))
    hub.wait_settled()
    known = small.wait_state("compared")
    small.leave("cut.csv", small.rows(range(7)).removesuffix("\r\n"))
    small.answer("cut.csv")
    small.leave("nobody.csv", export(small.row(0, Klantprofiel="Werk")))
    wait_for("it to be passed over", lambda: small.logged("outcome=skip", "no case at all"), 30)
    assert small.known() == known
    # Of a row that nobody can read: it may be the one that is missing.
    broken = small.row(7).rpartition(";")[0]
    small.put("broken.csv", export(broken, *(small.row(number) for number in range(7))))
    held = small.wait_state("held", gone=1)
    assert (held["open"], held["unreadable"]) == (8, 1)
    assert small.vanished() == []
    small.put("none-of-them.csv", small.rows([100]))
    wait_for("the next one to be held", lambda: small.known()["gone"] == 8, 30)
    assert (small.known()["state"], small.known()["unreadable"]) == ("held", 0)
    hub.wait_settled()
    assert small.vanished() == []


def test_what_came_after_the_list_was_made_is_not_missing_from_it(hub):
    late = of(hub, "late")
    before = time.time() - 5
    late.put("monday.csv", late.rows(range(10)))
    hub.wait_settled()
    late.put("older.csv", late.rows(range(9)), written_at=before)
    assert late.logged("outcome=skip", "older than one")
    hub.wait_settled()
    assert late.vanished() == []
    between = time.time()
    time.sleep(1)
    posted = hub.partner(UWV).post(
        f"/v1/in/{UWV}/late", late.rows([11]).encode(), Content_Type="text/csv"
    )
    assert posted.status_code == 200, posted.text
    late.put("tuesday.csv", late.rows(range(9)), written_at=between)
    assert late.logged("outcome=ok", "open=11 ", "gone=1 ", "later=1 ")
    hub.wait_settled()
    assert late.vanished() == [9]


def test_the_cases_of_all_parcels_count(hub):
    pages = of(hub, "pages")
    pages.leave("monday.csv", pages.rows(range(1300)))
    pages.answer("monday.csv", 180)
    hub.wait_settled(180)
    pages.leave("tuesday.csv", pages.rows(number for number in range(1300) if number % 100))
    pages.answer("tuesday.csv", 180)
    hub.wait_settled(180)
    assert pages.logged("cases=1287 ", "open=1300 ", "gone=13 ")
    assert pages.vanished() == list(range(0, 1300, 100)) == pages.asked()


@pytest.mark.parametrize(
    ("name", "point"),
    [("kill-1", "snapshot-stored"), ("kill-2", "snapshot-told:2"), ("kill-3", "snapshot-noted")],
)
def test_a_kill_loses_nothing_and_tells_nobody_twice(hub, name, point):
    killed = of(hub, name)
    killed.put("monday.csv", killed.rows(range(100)))
    hub.wait_settled()
    assert hub.processes["one"].end() == 0
    process = hub.start(crash_at=point)
    hub.ready()
    killed.leave("tuesday.csv", killed.rows(range(4, 100)))
    wait_for("the kill", lambda: not process.alive, 60)
    hub.start()
    hub.ready()
    killed.answer("tuesday.csv", 120)
    killed.wait_state("compared")
    hub.wait_settled()
    assert killed.vanished() == [0, 1, 2, 3] == killed.asked()


def test_no_other_rule_is_broken(hub):
    report = hub.judge(seconds=120)
    assert report.counts
    orphans = run("orphans", config=hub.folder / "one.conf")
    assert orphans.returncode == 0, orphans.stdout
