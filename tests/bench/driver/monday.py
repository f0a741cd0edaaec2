"""monday - many clocks come due at one instant: how fast they fire, and what new offers feel of it.

What was handed over on a Saturday counts from Monday 0:00, so the clocks of all of it come due
together: T1 after two working days, T2 after five. At the first of these instants nothing else
happens; at the second, a Monday again, new offers keep coming at a steady rate.
"""

import threading
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from model.calendar import add_working_days, from_local, is_working_day

from driver import process
from driver.bench import Bench
from driver.clocks import arm
from driver.hub import Hub, program
from driver.kafka import wait_for
from driver.process import Running, cpu_seconds
from driver.report import percentile, say, table

AS_SHIPPED_MS = 50
SKIP_SECONDS = 3  # of the load; what comes then does not count
BEFORE_SECONDS = 8
LEAD_SECONDS = 4  # between the time's move and the instant
LOOK_SECONDS = 0.05
QUIET_SECONDS = 2
LONGEST_SECONDS = 120
CLOCKS = "lokethub_router_clocks_total"


@dataclass
class Fired:
    """How many clocks had fired when, and the CPU time until then."""

    hub: Hub
    router: Running
    looks: list[tuple[float, float, float]] = field(default_factory=list)

    def __enter__(self) -> "Fired":
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def _run(self) -> None:
        while not self.ended.wait(LOOK_SECONDS):
            fired = sum(self.hub.metric(CLOCKS).values())
            self.looks.append((time.time(), fired, cpu_seconds(self.router.pid)))

    def is_quiet(self) -> bool:
        """Nothing has fired for a while."""
        looks = list(self.looks)
        return bool(looks) and looks[-1][0] - self.last_change(looks) >= QUIET_SECONDS

    @staticmethod
    def last_change(looks: list[tuple[float, float, float]]) -> float:
        return next((at for at, fired, _ in looks if fired == looks[-1][1]), 0)

    def since(self, instant: float) -> dict:
        """From the instant until the last has fired."""
        _, fired, cpu = [look for look in self.looks if look[0] <= instant][-1]
        end = max(self.last_change(self.looks), instant)
        used = next(used for at, _, used in self.looks if at >= end) - cpu
        clocks = self.looks[-1][1] - fired
        return {
            "clocks": clocks,
            "seconds": end - instant,
            "cpu": used,
            "per_cpu_second": clocks / used,
        }


def run(bench: Bench) -> dict:
    hub = bench.hub("monday")
    hub.deploy(moves=True, router={"commit_interval_ms": AS_SHIPPED_MS})
    saturday = next_saturday()
    hub.move_to(saturday)
    clocks = arm(hub, bench.sizes.armed)
    router = hub.start_router()
    try:
        alone = fire(hub, router, add_working_days(saturday, 2))
        loaded, load = fire_under_load(bench, hub, router, add_working_days(saturday, 5))
    finally:
        router.end()
    desks = len(hub.kafka.keys(f"{hub.prefix}handovers"))
    results = {"clients": bench.sizes.armed, "clocks_per_client": clocks, "desks": desks}
    return report(results | {"alone": alone, "loaded": loaded, "load": load})


def next_saturday() -> int:
    """Its noon; the two weeks behind it have ten working days."""
    day = date.today() + timedelta(days=2)
    while (
        day.weekday() != 5
        or sum(is_working_day(day + timedelta(days=each)) for each in range(14)) < 10
    ):
        day += timedelta(days=1)
    return from_local(datetime(day.year, day.month, day.day, 12))


def approach(hub: Hub, fired: Fired, instant: int, seconds: float) -> float:
    """Moves the time to so long before the instant, and returns the instant by the machine's time.
    What comes due on the way has fired by then."""
    moved = hub.move_to(instant - round(1000 * seconds))
    time.sleep(1)
    wait_for("what is due before", fired.is_quiet, LONGEST_SECONDS)
    if time.time() > moved + seconds:
        raise TimeoutError("what is due before the instant took longer than until then")
    return moved + seconds


def fire(hub: Hub, router: Running, instant: int) -> dict:
    with Fired(hub, router) as fired:
        at = approach(hub, fired, instant, LEAD_SECONDS + QUIET_SECONDS)
        time.sleep(at - time.time() + 0.5)
        wait_for("the clocks to fire", fired.is_quiet, LONGEST_SECONDS)
    return fired.since(at)


def fire_under_load(bench: Bench, hub: Hub, router: Running, instant: int) -> tuple[dict, dict]:
    """The second is what the load met before the instant, until the last clock, and after."""
    rate = bench.sizes.rates[0]
    seconds = SKIP_SECONDS + BEFORE_SECONDS + bench.sizes.seconds
    each = hub.folder / "each"
    with Fired(hub, router) as fired:
        lead = QUIET_SECONDS + LEAD_SECONDS + SKIP_SECONDS + BEFORE_SECONDS
        at = approach(hub, fired, instant, lead)
        time.sleep(max(0.0, at - time.time() - SKIP_SECONDS - BEFORE_SECONDS))
        process.answer_of(
            [
                *(program("latency"), "--brokers", hub.kafka.brokers, "--prefix", hub.prefix),
                *("--config", str(hub.config), "--watch", hub.prefix, "--each", str(each)),
                *("--schema", str(hub.message_schema()), "--rate", str(rate)),
                *("--seconds", str(seconds), "--first", str(bench.sizes.armed)),
                *("--wait-ms", "120000"),
            ],
            LONGEST_SECONDS + 2 * seconds,
        )
        wait_for("the clocks to fire", fired.is_quiet, LONGEST_SECONDS)
    burst = fired.since(at)
    rows = [tuple(map(int, line.split())) for line in each.read_text().splitlines()]
    begin, end = round(1e6 * at), round(1e6 * (at + burst["seconds"]))
    spans = {
        "before": (begin - BEFORE_SECONDS * 1_000_000, begin),
        "during": (begin, end),
        "after": (end, rows[-1][0] + 1),
    }
    return burst, {"rate": rate} | {name: delays(rows, span) for name, span in spans.items()}


def delays(rows: list[tuple[int, ...]], span: tuple[int, int]) -> dict:
    """Of the offers that were to be sent in that span: ms from durable to readable."""
    sent = [row for row in rows if span[0] <= row[0] < span[1]]
    told = sorted((told - stored) / 1000 for _, stored, told in sent if told)
    return {
        "messages": len(sent),
        "p50": percentile(told, 50),
        "p99": percentile(told, 99),
        "max": max(told, default=None),
    }


def report(results: dict) -> dict:
    load = results["load"]
    say(f"handovers of {results['desks']} desks")
    table(
        "Clocks that come due at one instant",
        ["beside", "clocks", "s until all have fired", "CPU s", "fired per CPU-second"],
        [
            [name, *(part[key] for key in ("clocks", "seconds", "cpu", "per_cpu_second"))]
            for name, part in (
                ("nothing", results["alone"]),
                (f"{load['rate']:,} offers/s, their CPU too", results["loaded"]),
            )
        ],
    )
    before = load["before"]
    table(
        "New offers beside them: ms from durable to readable offer",
        ["when", "messages", "p50", "p99", "max", "p50 / before", "p99 / before"],
        [
            [
                name,
                *(load[name][key] for key in ("messages", "p50", "p99", "max")),
                *(ratio(load[name][key], before[key]) for key in ("p50", "p99")),
            ]
            for name in ("before", "during", "after")
        ],
    )
    return results


def ratio(value: float | None, base: float | None) -> float | None:
    return value / base if value and base else None
