"""test_hub_routers - rebalances in a row, and a router that wakes up after it was replaced."""

import time
from collections.abc import Callable

from harness import Hub, wait_for
from model import scenario
from model.world import WORLD
from traffic import Edges, Traffic

QUICK = {"session_timeout_ms": 6000, "transaction_timeout_ms": 5000}


def start_traffic(hub: Hub, seed: int, clients: int) -> Traffic:
    traffic = Traffic(Edges([hub.processes["edge"].url]), hub.watch)
    start = int(time.time() * 1000) - 3_600_000
    traffic.start(scenario.lives(WORLD, seed, clients, start, longest=30))
    return traffic


def test_rebalance_storm(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub(router=QUICK)
    for node, role in (("edge", "edge"), ("first", "router")):
        hub.start(node, role)
    hub.ready()
    traffic = start_traffic(hub, 7, 400)
    for turn in range(6):
        hub.start("second", "router")
        hub.ready(60, "second")
        time.sleep(1)
        hub.processes["second"].end() if turn % 2 else hub.processes["second"].kill()
    traffic.join()
    report = hub.judge(traffic.ledger, seconds=120)
    print(report)
    assert not report.differences, str(report)


def test_one_that_gets_no_partition_is_ready_too(make_hub: Callable[..., Hub]) -> None:
    """It waits to take over; a service manager must not start it again and again."""
    hub = make_hub(router=QUICK, kafka={"partitions": 1})
    for node in ("first", "second"):
        hub.start(node, "router")
    hub.ready(30)


def test_a_zombie_changes_nothing(make_hub: Callable[..., Hub]) -> None:
    """One router sleeps past its session amid its work, another takes over, it wakes."""
    hub = make_hub(router=QUICK)
    for node, role in (("edge", "edge"), ("first", "router"), ("second", "router")):
        hub.start(node, role)
    hub.ready()
    traffic = start_traffic(hub, 8, 400)
    for turn in range(2):
        sleeper = hub.processes[("first", "second")[turn]]
        wait_for("traffic", lambda turn=turn: len(traffic.ledger) > 1500 * (turn + 1), 120)
        sleeper.pause()
        time.sleep(8)  # past its session
        behind = hub.watch.records_of_intake()
        assert hub.watch.wait_decided(behind, 60), "the other router did not take over"
        sleeper.resume()
        time.sleep(3)
    traffic.join()
    report = hub.judge(traffic.ledger, seconds=120)
    print(report)
    assert not report.differences, str(report)
