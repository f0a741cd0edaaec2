"""campaign - traffic while processes are killed and Kafka stands still or restarts; the judge."""

import argparse
import contextlib
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import harness
from confluent_kafka import KafkaException
from harness import Hub, wait_for
from model import scenario
from model.judge import Report
from model.world import WORLD
from traffic import Edges, Traffic

ROOT = Path(__file__).resolve().parents[2]
ROUTER, EDGE = "router", "edge"
CALLS_PER_LIFE = 15  # about so many with longest=30


def crash_points() -> list[str]:
    """The names at which the hub lets itself be killed, but for those on the way to a desk.

    Nothing is brought to one here, no list is dropped and no command given: test_delivery and
    test_snapshot have them.
    """
    found: set[str] = set()
    for path in (ROOT / "hub").rglob("*.c"):
        if {"cli", "delivery", "disclose", "snapshot"} & set(path.parts):
            continue
        found.update(re.findall(r'crash_point\("([^"]+)"\)', path.read_text()))
    return sorted(found)


@dataclass
class Campaign:
    make_hub: Callable[..., Hub]
    messages: int
    kills: int
    pauses: int
    seed: int
    restart_kafka: bool = True
    killed: int = 0
    points: list[str] = field(default_factory=list)

    def run(self) -> Report:
        self.random = Random(self.seed)
        self.hub = hub = self.make_hub(
            router={"session_timeout_ms": 6000, "transaction_timeout_ms": 5000}
        )
        for role in (ROUTER, EDGE):
            hub.start(role, role)
        hub.ready()
        clients = self.messages // CALLS_PER_LIFE
        start = int(time.time() * 1000) - 3_600_000
        self.traffic = Traffic(Edges([hub.processes[EDGE].url]), hub.watch)
        self.traffic.start(scenario.lives(WORLD, self.seed, clients, start, longest=30))
        self._disturb()
        self.traffic.join()
        for role in (ROUTER, EDGE):
            self._revive(role)
        report = hub.judge(self.traffic.ledger, seconds=180)
        report.counts["killed"] = self.killed
        report.counts["points"] = len(self.points)
        report.counts["lives"] = clients
        return report

    def _disturb(self) -> None:
        """Kills, pauses and points take turns; Kafka restarts in the middle of the run."""
        steps: list[Callable[[], None]] = [self._kill] * self.kills + [self._pause] * self.pauses
        steps += [lambda point=point: self._crash_at(point) for point in crash_points()]
        self.random.shuffle(steps)
        if self.restart_kafka:
            steps.insert(len(steps) // 2, self._restart_kafka)
        share = self.messages // (len(steps) + 1)
        for number, step in enumerate(steps, 1):
            self._wait_sent(number * share)
            step()

    def _wait_sent(self, count: int) -> None:
        """Or until the traffic has ended, which must not keep a kill from being tried."""
        wait_for(
            f"{count} calls",
            lambda: len(self.traffic.ledger) >= count or not self.traffic.running,
            600,
        )

    def _kill(self) -> None:
        role = self.random.choice((ROUTER, EDGE))
        time.sleep(self.random.random() / 2)
        self.hub.processes[role].kill()
        self.killed += 1
        self._revive(role)

    def _crash_at(self, point: str) -> None:
        """The process that comes to this point dies there; which of the two is not known."""
        for role in (ROUTER, EDGE):
            self.hub.processes[role].kill()
            self.hub.start(role, role, crash_at=point)
        processes = self.hub.processes
        wait_for(
            f"a process to die at {point}",
            lambda: not all(processes[role].alive for role in (ROUTER, EDGE)),
            60,
        )
        self.points.append(point)
        for role in (ROUTER, EDGE):
            processes[role].kill()
            self._revive(role)

    def _pause(self) -> None:
        """Shorter and longer than the router's transaction and session last; nobody may end."""
        with self.hub.services.silent_kafka():
            time.sleep(self.random.uniform(1, 15))
        behind = wait_for("Kafka to know its partitions", self._records_of_intake, 60)
        assert self.hub.watch.wait_decided(behind, 120)
        self.hub.ready(120)

    def _records_of_intake(self) -> int | None:
        with contextlib.suppress(KafkaException, TimeoutError):
            return self.hub.watch.records_of_intake()
        return None

    def _restart_kafka(self) -> None:
        self.hub.services.ops("down", "kafka")
        time.sleep(2)
        self.hub.services.ops("up", "kafka")
        for role in (ROUTER, EDGE):
            self._revive(role)

    def _revive(self, role: str) -> None:
        if not self.hub.processes[role].alive:
            self.hub.start(role, role)
        self.hub.ready(120, role)


def main() -> int:
    parser = argparse.ArgumentParser(prog="campaign-crash", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--pauses", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="kept; else a temporary one that is removed")
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        services = harness.services_at(folder, own=True)
        stack.callback(services.end)
        services.bring_up()

        def make_hub(**settings: dict[str, Any]) -> Hub:
            hub = Hub(folder / "hub", services, WORLD, f"campaign{given.seed}.", settings)
            hub.folder.mkdir(parents=True)
            stack.callback(hub.end)
            hub.deploy()
            return hub

        report = Campaign(make_hub, given.messages, given.kills, given.pauses, given.seed).run()
    print(report)
    print("nothing lost, nothing twice" if not report.differences else "DIFFERENCES, see above")
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
