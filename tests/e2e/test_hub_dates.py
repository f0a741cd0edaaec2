"""test_hub_dates - random worlds through edge, router and Kafka over weekends and other such days.

The hub's time is moved by its clock_offset, from before the special days to after them; the model
then says what owners, states, clocks and handovers must be.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from core import outage
from dates import moment, stretches
from harness import Hub, wait_for
from model import scenario
from model.judge import Report
from model.scenario import Turn
from model.world import WORLD
from traffic import Edges, Traffic

LIVES, CALLS, STEPS = 40, 4, 5
HOURS = (0, 2, 9, 17, 23)  # of the moments at which it goes on; clocks change at two or three
YEAR_MS = 366 * 86_400_000
QUICK = {
    "session_timeout_ms": 6000,
    "transaction_timeout_ms": 5000,
    "heartbeat_ms": 1000,
    "outage_after_ms": 6000,
}


def next_stretch(name: str) -> tuple[date, date]:
    """The next one that begins a week from today or later."""
    soon = datetime.now(UTC).date() + timedelta(days=7)
    found = (stretches(year)[name] for year in (soon.year, soon.year + 1, soon.year + 2))
    return next(each for each in found if each[0] >= soon)


def moments(first: date, last: date) -> list[int]:
    span = (last - first).days
    days = [first + timedelta(days=round(step * span / STEPS)) for step in range(1, STEPS + 1)]
    return [moment(day, HOURS[step % len(HOURS)], 30) for step, day in enumerate(days)]


class World:
    """Lives that go on from moment to moment."""

    def __init__(self, hub: Hub, seed: int) -> None:
        self.hub = hub
        edges = Edges([hub.processes["edge"].url])
        self.traffic = Traffic(edges, hub.watch, child_patience=1)
        lives = scenario.lives(WORLD, seed, LIVES, hub.now() - 60_000, longest=1000)
        for life in scenario.acquainted(lives):
            life.hub_speaks, life.length = True, 1000
        self.turns = list(map(Turn, lives))

    def go_on(self, calls: int = CALLS) -> None:
        """What the hub knows by now is where each life goes on from."""
        for turn in self.turns:
            turn.life.news = True
            turn.life.now = max(turn.life.now, self.hub.now() - 30_000)
        self.traffic.go_on(self.turns, calls)
        self.traffic.join()

    def say_down(self, desk: str, begin: int, end: int | None) -> None:
        """As delivery does that cannot reach it; and its end, when it can."""
        assert self.traffic.voice
        self.traffic.voice.say_fact(*outage(f"desk/{desk}", begin, end, self.hub.now()))

    def wait_quiet(self) -> None:
        """All is decided, and for a moment no clock has fired."""
        watch, fired = self.hub.watch, -1
        assert watch.wait_settled(60)
        while fired != watch.fired:
            fired = watch.fired
            time.sleep(0.5)

    def judge(self) -> Report:
        self.hub.watch.wait_at_rest(self.hub.now, 60)
        report = self.hub.judge(self.traffic.ledger, lead=3 * YEAR_MS)
        print(report, self.traffic.statuses())
        assert not report.differences, str(report)
        for partner, sums in report.partners.items():
            results = ("applied", "duplicate", "rejected", "parked", "forwarded")
            assert sums["received"] == sum(sums[name] for name in results), partner
        return report

    def check_view(self) -> None:
        """What the hub says of itself: sums close, nobody is lost."""

        def closes() -> bool:
            flow = json.loads(self.hub.command("flow", "--json", node="edge"))
            return flow["view_is_current"] and flow["closes"]

        wait_for("the sums to close", closes, 60)
        assert not self.hub.command("orphans", node="edge").strip()


def start(hub: Hub, first: date) -> None:
    hub.go_to(moment(first, 16))
    for role in ("edge", "router"):
        hub.start(role, role)
    hub.ready()


@pytest.mark.parametrize("name", ["weekend", "forward", "easter", "may", "back", "year-end"])
def test_dates(make_hub: Callable[..., Hub], name: str) -> None:
    first, last = next_stretch(name)
    hub = make_hub()
    start(hub, first)
    world = World(hub, first.toordinal())
    world.go_on()
    for step, at in enumerate(moments(first, last)):
        world.wait_quiet()
        if step == 1:
            down = hub.now()
            world.say_down("wsp-rijnmond", down, None)
        hub.go_to(at)
        if step == 2:
            world.say_down("wsp-rijnmond", down, at)
        world.go_on()
    report = world.judge()
    assert report.counts["APPLIED"] > 5 * LIVES
    for what in ("clock T0", "words between clients"):
        assert report.counts[what], what
    fired = {what for what, count in report.counts.items() if count and what.startswith("clock T")}
    least = 2 if name == "forward" else 3  # days without work may be all that lies around it
    assert len(fired) >= least, fired
    world.check_view()


def test_a_weekend_without_a_router(make_hub: Callable[..., Hub]) -> None:
    """From Friday evening to Monday morning; what came in on Friday waits. What was lost is added
    to clocks, in the model as in the hub."""
    first, last = next_stretch("weekend")
    hub = make_hub(router=QUICK)
    start(hub, first)
    world = World(hub, 1)
    world.go_on()
    friday = first + timedelta(days=1)
    assert friday.weekday() == 4
    hub.go_to(moment(friday, 17, 59))
    world.go_on()
    world.wait_quiet()
    time.sleep(2.5)  # a heartbeat of then
    assert hub.processes["router"].end() == 0
    world.go_on(1)
    hub.go_to(moment(friday + timedelta(days=3), 8))
    hub.start("router", "router")
    hub.ready()
    for day, hour in ((3, 12), (4, 9), (5, 2), (5, 23), (7, 12)):
        world.go_on()
        world.wait_quiet()
        hub.go_to(moment(friday + timedelta(days=day), hour))
    report = world.judge()
    assert report.counts["clocks put off"] > LIVES / 2
    world.check_view()
