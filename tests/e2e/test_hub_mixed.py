"""test_hub_mixed - thousands of mixed messages through the hub: it ends as the model says."""

import time
from collections.abc import Callable

from harness import Hub
from model import scenario
from model.world import WORLD
from traffic import Edges, Traffic

CLIENTS = 500


def now() -> int:
    return int(time.time() * 1000)


def play(hub: Hub, seed: int, clients: int, longest: int = 14) -> Traffic:
    traffic = Traffic(Edges(hub.edges()), hub.watch)
    lives = scenario.lives(WORLD, seed, clients, now() - 3_600_000, longest)
    traffic.play(scenario.acquainted(lives))
    return traffic


def test_mixed(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub()
    hub.start()
    hub.ready()
    traffic = play(hub, 1, CLIENTS)
    report = hub.judge(traffic.ledger)
    print(report, traffic.statuses())
    assert not report.differences, str(report)
    assert report.counts["APPLIED"] > 2 * CLIENTS
    rejected = ("REJECTED CONFLICT", "REJECTED ILLEGAL", "REJECTED STALE")
    for name in ("DUPLICATE", *rejected, "words between clients"):
        assert report.counts[name], f"no {name} among what was sent"
    for partner, sums in report.partners.items():
        results = ("applied", "duplicate", "rejected", "parked", "forwarded")
        assert sums["received"] == sum(sums[name] for name in results), partner
    assert not hub.command("orphans", node="one").strip()


def test_clocks(make_hub: Callable[..., Hub]) -> None:
    """Weeks pass: the clocks of the model come due in the hub, each once, at its time."""
    hub = make_hub()
    hub.start()
    hub.ready()
    day = 86_400_000
    traffic = play(hub, 2, 200)
    for _ in range(4):
        hub.wait_settled()
        hub.go_to(hub.now() + 12 * day)
        hub.watch.wait_at_rest(hub.now, 60)
    traffic.ledger += play(hub, 3, 5).ledger
    hub.watch.wait_at_rest(hub.now, 60)
    report = hub.judge(traffic.ledger, lead=60 * day)
    print(report)
    assert not report.differences, str(report)
    for name in ("T0", "T2", "T4", "T5", "T6", "T12"):
        assert report.counts[f"clock {name}"], f"{name} never came due"
