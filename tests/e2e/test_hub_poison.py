"""test_hub_poison - bytes that nobody can read: the partition moves on, and ops can see why."""

import time
from collections.abc import Callable
from random import Random

import pytest
from confluent_kafka import Producer
from harness import Hub, Process, wait_for
from model import persons, scenario
from model.wire import read_topic
from model.world import WORLD
from traffic import Client, Edges, referral_of

POISON = {
    "wrong magic": b"\x01\x00\x00\x00\x01abc",
    "unknown schema": b"\x00\x7f\xff\xff\xff" + b"abc",
    "truncated": b"\x00\x00\x00\x00",
    "empty": b"",
}


def person(number: int) -> scenario.Life:
    start = int(time.time() * 1000)
    who = persons.client_numbers(number + 1)[number]
    return scenario.Life(WORLD, Random(number), who, start, 1, now=start)


def refer(hub: Hub, life: scenario.Life) -> str:
    """One plain referral of this person; its id."""
    desk = WORLD.desks["gemeente-rotterdam"]
    call = life._referral_call("refer", desk.id, desk.partner, question="LOOPBAANADVIES")
    life.sent.append((call, None))
    sent, location = Client(Edges(hub.edges())).post("", call, 30)
    assert sent.status == 202
    referral = referral_of(location)
    assert referral
    return referral


def partition_of(referral: str) -> int:
    return int(referral[:3], 16) % 12


def poison(hub: Hub, key: str | None, partition: int, values: list[bytes]) -> None:
    producer = Producer({"bootstrap.servers": hub.services.brokers, "linger.ms": 5})
    for value in values:
        producer.produce(hub.prefix + "intake", value, key, partition)
        producer.poll(0)
    assert producer.flush(30) == 0


@pytest.fixture
def hub(make_hub: Callable[..., Hub]) -> Hub:
    made = make_hub()
    made.start()
    made.ready()
    return made


@pytest.mark.alone
def test_the_partition_moves_on(hub: Hub) -> None:
    """Poison parks its own client at most; a neighbour is decided within a second."""
    refer(hub, person(0))
    hub.wait_settled()
    victim = next(read_topic(hub.services.brokers, "clients", hub.prefix))
    people = map(person, range(1, 200))
    neighbour = next(each for each in people if partition_of(refer(hub, each)) == victim.partition)
    for key in (victim.key, "no such client", None):
        poison(hub, key, victim.partition, list(POISON.values()))
    refer(hub, person(0))
    assert hub.watch.wait_decided(hub.watch.records_of_intake(), 10)
    sent = time.monotonic()
    poison(hub, None, victim.partition, list(POISON.values()))
    refer(hub, neighbour)
    assert hub.watch.wait_decided(hub.watch.records_of_intake(), 10)
    assert time.monotonic() - sent < 1
    report = hub.judge()
    print(report)
    assert not report.differences, str(report)
    assert report.counts["REJECTED UNREADABLE"] >= 6
    assert report.counts["REJECTED NO_SCHEMA"] >= 2
    assert report.counts["PARKED PARKED"] >= 1
    reasons = hub.command("rejected", node="one")
    assert "UNREADABLE" in reasons and "NO_SCHEMA" in reasons and "PARKED" in reasons


def at_rest(process: Process, seconds: float = 5) -> int:
    """The least that it holds, in KiB, once its view has read what was decided and an audit, which
    has pages of its own, has gone through it from begin to end: what it has freed goes back within
    half a second, and what it reads ahead is gone once all is read."""
    read = -1.0
    while read != (read := process.metric("lokethub_view_records_total")):
        time.sleep(2)
    for _ in range(2):
        ended = process.metric("lokethub_audit_finished_seconds")
        wait_for(
            "an audit",
            lambda ended=ended: process.metric("lokethub_audit_finished_seconds") > ended,
            60,
        )
    end = time.monotonic() + seconds
    least = process.memory()
    while time.monotonic() < end:
        time.sleep(0.05)
        least = min(least, process.memory())
    return least


def test_memory_stays_flat(make_hub: Callable[..., Hub]) -> None:
    """Beside the page cache of the view, which has a limit of its own. 50 bytes that each message
    left behind would be 3,000 KiB."""
    hub = make_hub(view={"cache_kb": 1024, "audit_interval_s": 1})
    process = hub.start()
    hub.ready()

    def after(rounds: int) -> int:
        for _ in range(rounds):
            poison(hub, "x", 0, [POISON["wrong magic"], POISON["unknown schema"]] * 10_000)
            assert hub.watch.wait_decided(hub.watch.records_of_intake(), 60)
        return at_rest(process)

    first, last = after(2), after(3)
    print(f"{first} KiB, then {last} KiB")
    assert last < first + 3_000, f"{first} KiB, then {last} KiB"


def test_the_registry_is_away(hub: Hub) -> None:
    refer(hub, person(0))
    hub.wait_settled()
    hub.services.ops("down", "registry")
    try:
        began = time.monotonic()
        poison(hub, None, 0, list(POISON.values()))
        refer(hub, person(1))
        assert hub.watch.wait_decided(hub.watch.records_of_intake(), 30)
        assert time.monotonic() - began < 5
    finally:
        hub.services.ops("up", "registry")
