"""test_router - a router is killed and stopped at its worst moments; nothing comes out twice."""

import os
import pathlib
import re
import signal
import subprocess
import time

import pytest
from confluent_kafka import Consumer, KafkaException, TopicPartition

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LOKETHUB_BUILD", ROOT / "build"))
TOOL = BUILD / "tests/kafka/router_tool"
STEPS = 3
POINTS = [
    "before-begin",
    "after-decide",
    "after-produce",
    "before-commit",
    "after-send-offsets",
    "after-commit",
    "during-restore",
]


class Town:
    """Topics of its own, and the routers that run on them."""

    def __init__(self, name, folder, services):
        self.folder = folder
        self.environment = os.environ | {
            "TEST_PREFIX": f"router-{name}-{os.getpid()}-{time.time_ns() // 1_000_000}.",
            "TEST_DEBUG": "1",
            **services.environment,
        }
        self.environment.pop("LOKETHUB_CRASH_AT", None)
        self.routers = []
        self.records = 0
        self.run("create")

    def run(self, *arguments, fails=False):
        done = subprocess.run(
            [TOOL, *map(str, arguments)],
            env=self.environment | {"ASAN_OPTIONS": "detect_leaks=0"},  # it ends at once
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=180,
            check=False,
        )
        assert fails or done.returncode == 0, done.stdout
        return done.stdout

    def send(self, first, last):
        self.run("send", first, last)
        self.records += STEPS * (last - first)

    def start_sending(self, first, last):
        self.records += STEPS * (last - first)
        return subprocess.Popen([TOOL, "send", str(first), str(last)], env=self.environment)

    def serve(self, node="n1", **environment):
        path = self.folder / f"{len(self.routers)}-{node}.log"
        with path.open("w") as log:
            router = subprocess.Popen(
                [TOOL, "serve", node], env=self.environment | environment, stdout=log, stderr=log
            )
        router.log = path
        self.routers.append(router)
        return router

    def wait(self, seconds=60):
        self.run("wait", self.records, seconds)

    def check(self, at_rest=True):
        """Figures of what was written; at rest nothing may be wrong with it."""
        text = self.run("check", self.records, fails=not at_rest)
        return {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", text)}

    def end(self):
        for router in self.routers:
            if router.poll() is None:
                router.send_signal(signal.SIGCONT)
                router.kill()
            router.wait()
        self.run("drop")


@pytest.fixture
def town(services, request, tmp_path):
    made = Town(re.sub(r"\W+", "-", request.node.name).strip("-"), tmp_path, services)
    yield made
    made.end()
    for each in made.routers:
        print(each.log.name, each.log.read_text()[-4000:], sep="\n")


def log_of(router):
    return router.log.read_text()


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come to pass"
        time.sleep(0.05)


def test_each_record_has_one_event_and_a_restart_goes_on(town):
    town.send(0, 200)
    first = town.serve()
    town.wait()
    first.terminate()
    assert first.wait(30) == 0, log_of(first)
    town.send(200, 300)
    second = town.serve()
    town.wait()
    assert "clients=200" in log_of(second)
    assert town.check()["APPLIED"] == town.records


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_of_the_transaction(town, point):
    town.send(0, 100)
    if point == "during-restore":
        town.serve()
        town.wait()
        town.routers[0].kill()
    doomed = town.serve(LOKETHUB_CRASH_AT=point if point == "during-restore" else f"{point}:3")
    town.send(100, 200)
    until(lambda: doomed.poll() is not None)
    assert doomed.returncode == -signal.SIGKILL, log_of(doomed)
    town.serve()
    town.wait()
    assert town.check()["APPLIED"] == town.records


def test_killed_again_and_again(town):
    for turn in range(8):
        town.send(turn * 100, turn * 100 + 100)
        router = town.serve(LOKETHUB_CRASH_AT=f"{POINTS[turn % 6]}:{1 + turn * 2}")
        time.sleep(1.5)
        router.kill()
    town.serve()
    town.wait()
    assert town.check()["APPLIED"] == town.records


@pytest.mark.parametrize("point", ["before-begin", "before-commit"])
def test_a_stopped_router_is_fenced_when_it_comes_back(town, point):
    """It sleeps past its session with a batch in hand, while another decides about its clients.

    What it then sends for the group of before is refused: its transaction is still open at the
    brokers, so nothing but its generation can be wrong with it."""
    stopped = town.serve("n1", LOKETHUB_CRASH_AT=f"{point}:12:stop", TEST_TRANSACTION_MS="60000")
    town.send(0, 100)
    until(lambda: "fate=committed" in log_of(stopped))
    other = town.serve("n2")
    until(lambda: "at=assigned" in log_of(other))
    sent = 100
    while is_running(stopped):
        town.send(sent, sent + 20)
        sent += 20
        assert sent < 2000
    if point == "before-begin":
        until(lambda: re.search("at=assigned .* partitions=4", log_of(other)))
        town.send(sent, sent + 100)
        town.wait()
    else:  # longer than the session; the other still waits for the end of that transaction
        time.sleep(8)
        town.send(sent, sent + 100)
    stopped.send_signal(signal.SIGCONT)
    until(lambda: re.search("fate=(aborted|unknown)", log_of(stopped)))
    until(lambda: log_of(stopped).count("at=assigned") > 1)
    town.send(sent + 100, sent + 200)
    town.wait()
    assert town.check()["APPLIED"] == town.records


def is_running(router):
    return pathlib.Path(f"/proc/{router.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "T"


def test_two_routers_share_and_one_dies(town):
    first, second = town.serve("n1"), town.serve("n2")
    until(lambda: all("at=assigned" in log_of(each) for each in (first, second)))
    for turn in range(5):
        town.send(turn * 100, turn * 100 + 100)
    first.kill()
    town.send(500, 600)
    town.wait()
    assert town.check()["APPLIED"] == town.records


def test_two_processes_of_one_name(town):
    """Each takes the place of the other, until one of them says so and ends."""
    both = [town.serve("n1")]
    until(lambda: "at=assigned" in log_of(both[0]))
    both.append(town.serve("n1"))
    until(lambda: any(each.poll() is not None for each in both), 90)
    loser = next(each for each in both if each.poll() is not None)
    assert loser.returncode == 1
    assert "another process runs under the same node name" in log_of(loser)
    town.send(0, 100)
    town.wait()
    assert town.check()["APPLIED"] == town.records
    assert [each.poll() for each in both].count(None) == 1


def test_rebalances_while_it_works(town):
    town.serve("n1")
    for turn in range(4):
        town.send(turn * 200, turn * 200 + 200)
        guest = town.serve(f"guest-{turn}")
        until(lambda log=guest.log: "at=assigned" in log.read_text())
        town.send(2000 + turn * 100, 2000 + turn * 100 + 100)
        guest.terminate()
        guest.wait(30)
    town.wait()
    assert town.check()["APPLIED"] == town.records


def test_what_cannot_be_read_parks_its_client_only(town):
    town.serve()
    town.send(0, 50)
    town.wait()
    town.run("break", 10, 20)
    town.records += 10
    town.send(0, 50)  # again: those of clients 10 to 19 wait behind what cannot be read
    town.wait()
    figures = town.check()
    repeated = 40  # DELIVERED, which the hub says without a reference that could be recognised
    assert figures["REJECTED"] == 10
    assert figures["PARKED"] == 10 * STEPS
    assert figures["APPLIED"] == 50 * STEPS + repeated
    assert figures["DUPLICATE"] == 40 * (STEPS - 1)
    town.run("redrive")
    town.records += 10 * (1 + STEPS)
    town.send(0, 50)
    town.wait()
    figures = town.check()
    assert figures["PARKED"] == 10 * STEPS
    assert figures["REJECTED"] == 10
    assert figures["APPLIED"] == 50 * STEPS + repeated + 10 + 10 + 50
    town.run("redrive")  # once more: all of it is settled
    town.records += 10 * (1 + STEPS)
    town.wait()
    again = town.check()
    assert {name: again[name] for name in ("APPLIED", "PARKED", "REJECTED")} == {
        name: figures[name] for name in ("APPLIED", "PARKED", "REJECTED")
    }


def test_clocks_fire_at_their_time_and_not_before(town, tmp_path):
    offset = tmp_path / "offset"
    offset.write_text("0")
    town.environment["TEST_CLOCK_OFFSET"] = str(offset)
    town.serve()
    town.run("refer", 0, 20)  # T0 comes due after 15 minutes
    town.records += 20
    town.wait()
    time.sleep(1)
    assert town.check()["clocks"] == 0
    offset.write_text(str(14 * 60_000))
    time.sleep(1)
    assert town.check()["clocks"] == 0
    offset.write_text(str(16 * 60_000))
    until(lambda: town.check(at_rest=False)["clocks"] == 20)
    time.sleep(1)
    assert town.check()["last_clock"] < time.time() * 1000 + 15 * 60_000


def test_workers_of_one_process_share_its_partitions(town):
    router = town.serve(TEST_WORKERS="3")
    until(lambda: log_of(router).count("at=assigned") >= 3)
    town.send(0, 300)
    town.wait()
    assert town.check()["APPLIED"] == town.records
    router.terminate()
    assert router.wait(30) == 0, log_of(router)


def test_lost_group_offsets_do_no_harm(town):
    """Each client knows the last record that it has had."""
    router = town.serve()
    town.send(0, 200)
    town.wait()
    before = town.check()
    router.kill()
    rewind(town)
    town.serve()
    town.send(200, 300)
    town.wait()
    after = town.check()
    assert after["APPLIED"] == town.records
    assert before["APPLIED"] == 600


def rewind(town):
    """Sets the routers' group back to the beginning, once its session has ended."""
    port = town.environment["LOKETHUB_KAFKA_PORT"]
    prefix = town.environment["TEST_PREFIX"]
    consumer = Consumer(
        {"bootstrap.servers": f"127.0.0.1:{port}", "group.id": f"{prefix}lokethub-router"}
    )
    places = [TopicPartition(f"{prefix}intake", partition, 0) for partition in range(4)]

    def is_rewound():
        try:
            consumer.commit(offsets=places, asynchronous=False)
        except KafkaException:
            return False
        return True

    until(is_rewound)
    consumer.close()


def test_a_gap_between_heartbeats_is_written_as_an_outage(town):
    """That is one of over ten seconds; one router takes over from another in less."""
    first = town.serve()
    town.send(0, 20)
    town.wait()
    time.sleep(2)
    first.kill()
    time.sleep(12)
    second = town.serve()
    until(lambda: "at=assigned" in log_of(second))
    assert log_of(second).count("at=outage") == 4
    until(lambda: log_of(second).count("fate=committed") > 1)  # its first heartbeat
    second.kill()
    third = town.serve()
    until(lambda: "at=assigned" in log_of(third))
    assert "at=outage" not in log_of(third)


def test_a_broker_that_stands_still_leaves_no_doubt(services, tmp_path):
    """It takes the end of a transaction and says nothing, until the router has given up on it.

    The router stops itself right before, so that the broker is sure to stand still by then. What
    the broker then finds in its sockets it does all the same: the commit of a transaction that the
    router does not know to be committed."""
    town = Town("doubt", tmp_path, services)
    try:
        for turn, point in enumerate(("after-send-offsets", "before-commit")):
            router = town.serve(LOKETHUB_CRASH_AT=f"{point}:5:stop")
            until(lambda log=router.log: "at=assigned" in log.read_text())
            sent = turn * 10_000
            while is_running(router):
                town.send(sent, sent + 10)
                sent += 10
                assert sent < turn * 10_000 + 5_000
            with services.silent_kafka():
                router.send_signal(signal.SIGCONT)
                until(lambda log=router.log: "fate=unknown" in log.read_text())
            town.send(sent, sent + 100)
            town.wait(120)
            assert town.check()["APPLIED"] == town.records
            router.kill()
    finally:
        town.end()


def test_a_silence_of_kafka_needs_no_restart(services, tmp_path):
    """Longer than the brokers keep a transaction (4 s), then longer than the session too (6 s).

    What the router and librdkafka asked for meanwhile is done when Kafka wakes, and takes the name
    from the clients that they have by then. The first silence begins right before a commit, so
    that the router has to find out what became of it while its partitions are taken away."""
    town = Town("silence", tmp_path, services)
    router = town.serve(LOKETHUB_CRASH_AT="before-commit:5:stop")
    try:
        for turn, seconds in enumerate((15, 5, 15)):
            before = log_of(router).count("fate=committed")
            sender = town.start_sending(turn * 3000, turn * 3000 + 3000)
            if turn == 0:
                until(lambda: not is_running(router))
            else:
                until(lambda least=before + 3: log_of(router).count("fate=committed") > least)
            with services.silent_kafka():
                router.send_signal(signal.SIGCONT)
                time.sleep(seconds)
            assert sender.wait(60) == 0
            assert router.poll() is None, log_of(router)
            town.wait(120)
            assert router.poll() is None, log_of(router)
        assert town.check()["APPLIED"] == town.records
    finally:
        town.end()
