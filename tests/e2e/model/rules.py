"""rules - desks, partners, regions, routes and clocks, and which desk a referral goes to."""

from dataclasses import dataclass, field
from typing import Any, Mapping

from . import calendar

Body = Mapping[str, Any]
OPEN_END = 2**31 - 1
HOPS_MAX = 4


@dataclass(frozen=True)
class Partner:
    oin: str
    home_desk: str
    name: str = ""
    feedback: str = "full"
    disclose_owner: str = "desk"


@dataclass(frozen=True)
class Desk:
    id: str
    partner: str
    kind: str = "WSP"
    region: str | None = None
    questions: tuple[str, ...] = ()
    successor: str | None = None
    coordinator: str | None = None
    active: bool = True
    holds: bool = True

    def takes(self, body: Body) -> bool:
        """Active, takes the question, and holds where it would become responsible (reading 17)."""
        if not self.active or (self.questions and body["question"] not in self.questions):
            return False
        return self.holds or body["kind"] == "SERVICE"


@dataclass(frozen=True)
class Region:
    code: str
    entry_desk: str
    coordinator: str | None = None
    stand_ins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Municipality:
    code: str
    region: str
    begin: int = -OPEN_END
    end: int = OPEN_END
    successor: str | None = None


@dataclass(frozen=True)
class Programme:
    code: str
    end: int = OPEN_END
    successor: str | None = None


@dataclass(frozen=True)
class Route:
    """First match wins; every list that is not empty must have an element that matches."""

    name: str
    to_desk: str | None = None
    to_kind: str | None = None
    questions: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    pathways: tuple[str, ...] = ()
    ages: tuple[int, int] | None = None
    levels: tuple[int, int] | None = None


@dataclass(frozen=True)
class Duration:
    unit: str  # min, d (same local time), wd (working days)
    count: int

    def after(self, at: int) -> int:
        if self.unit == "min":
            return at + self.count * calendar.MINUTE_MS
        if self.unit == "d":
            return calendar.same_time_later(at, self.count)
        return calendar.add_working_days(at, self.count)


def wd(count: int) -> Duration:
    return Duration("wd", count)


@dataclass(frozen=True)
class ClockPlan:
    """steps[0] from arming to the first level, and so on; one that is missing is `repeat`."""

    steps: tuple[Duration, ...]
    first_level: int
    last_level: int
    urgent: Duration | None = None
    reminder: Duration | None = None
    repeat: Duration = wd(5)

    def step(self, climbed: int, urgent: bool) -> Duration:
        if climbed == 0 and urgent and self.urgent:
            return self.urgent
        return self.steps[climbed] if climbed < len(self.steps) else self.repeat


# T12 has its date. T10 and T13 are armed for a day that somebody named.
CLOCKS: Mapping[str, ClockPlan] = {
    "T0": ClockPlan((Duration("min", 15),), 0, 0),
    "T1": ClockPlan((wd(2),), 1, 1, urgent=Duration("min", 240)),
    "T2": ClockPlan((wd(5), wd(2), wd(3), wd(5)), 1, 4, urgent=wd(1)),
    "T3": ClockPlan((wd(5),), 1, 2),
    "T4": ClockPlan((wd(3),), 2, 3),
    "T5": ClockPlan((wd(10),), 1, 2, urgent=wd(2)),
    "T6": ClockPlan((Duration("d", 30), Duration("d", 10)), 1, 2, reminder=wd(2)),
    "T7": ClockPlan((wd(5),), 1, 1),
    "T8": ClockPlan((wd(5),), 2, 2),
    "T9": ClockPlan((wd(10),), 2, 2),
    "T10": ClockPlan((), 1, 1),
    "T11": ClockPlan((Duration("d", 365),), 0, 0),
    "T13": ClockPlan((), 1, 1),
}


@dataclass(frozen=True)
class Config:
    partners: Mapping[str, Partner]
    desks: Mapping[str, Desk]
    regions: Mapping[str, Region]
    municipalities: tuple[Municipality, ...] = ()
    programmes: Mapping[str, Programme] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    clocks: Mapping[str, ClockPlan] = field(default_factory=lambda: CLOCKS)
    default_region: str | None = None

    def entry_desk(self, region: str | None) -> str | None:
        return self.regions[region].entry_desk if region in self.regions else None

    def coordinators(self, desk: str, region: str | None) -> list[str]:
        """The desk's own, if it has one, and the region's, who may decide (reading 45)."""
        own = self.desks[desk].coordinator if desk in self.desks else None
        return list(dict.fromkeys(filter(None, (own, self.coordinator_of_region(region)))))

    def coordinator_of_region(self, region: str | None) -> str | None:
        row = self.regions.get(region or "")
        return row and (row.coordinator or row.entry_desk)


@dataclass(frozen=True)
class Choice:
    desk: str
    rule: str


def municipality_now(config: Config, code: str | None, day: int) -> Municipality | None:
    """What it is on that day: itself, or what it merged into."""
    for _ in range(HOPS_MAX):
        rows = [row for row in config.municipalities if row.code == code]
        for row in rows:
            if row.begin <= day < row.end:
                return row
        code = next((row.successor for row in rows if row.successor and row.end <= day), None)
        if code is None:
            return None
    return None


def region_of_municipality(config: Config, code: str | None, day: int) -> str | None:
    row = municipality_now(config, code, day)
    return row and row.region


def region_of(config: Config, body: Body, known: str | None, day: int) -> str | None:
    """Reading 15. Nobody knows: None."""
    from_desk = config.desks.get(body["from_desk"] or "")
    candidates = (
        body["region"],
        region_of_municipality(config, body["municipality"], day),
        known,
        from_desk and from_desk.region,
        config.default_region,
    )
    return next((region for region in candidates if region in config.regions), None)


def programme_now(config: Config, code: str | None, day: int) -> str | None:
    for _ in range(HOPS_MAX):
        programme = config.programmes.get(code or "")
        if programme is None or day < programme.end:
            return code
        code = programme.successor
    return None


def find_desk(config: Config, body: Body, partner: str, region: str, day: int) -> Choice:
    """The desk asked for, its successor, the first rule that matches, the entry desk."""
    asked = config.desks.get(body["to_desk"] or "")
    if asked:
        if asked.takes(body):
            return Choice(asked.id, "to_desk")
        successor = config.desks.get(asked.successor or "")
        if successor and successor.takes(body):
            return Choice(successor.id, "successor")
    for route in config.routes:
        desk = _desk_of(config, route, body, region)
        if desk and desk.takes(body) and _matches(config, route, body, partner, region, day):
            return Choice(desk.id, route.name)
    return Choice(config.regions[region].entry_desk, "entry-desk")


def _desk_of(config: Config, route: Route, body: Body, region: str) -> Desk | None:
    if route.to_desk:
        return config.desks.get(route.to_desk)
    desks = [
        desk
        for desk in config.desks.values()
        if desk.kind == route.to_kind and desk.region == region
    ]
    active = sorted((desk for desk in desks if desk.active), key=lambda desk: desk.id)
    if active:
        return next((desk for desk in active if desk.takes(body)), None)
    return config.desks.get(config.regions[region].stand_ins.get(route.to_kind or "", ""))


def _matches(config: Config, route: Route, body: Body, partner: str, region: str, day: int) -> bool:
    education = body["education"] or {}
    municipality = municipality_now(config, body["municipality"], day)
    conditions = (
        (route.questions, [body["question"]]),
        (route.regions, [region]),
        (route.municipalities, [body["municipality"], municipality and municipality.code]),
        (route.target_groups, body["target_groups"]),
        (route.sectors, [body["sector_to"] or body["sector_from"]]),
        (route.programmes, [programme_now(config, body["programme"], day)]),
        (route.partners, [partner]),
        (route.pathways, [education.get("pathway")]),
    )
    if not all(not wanted or set(wanted) & set(has) for wanted, has in conditions):
        return False
    if route.levels and not _within(route.levels, education.get("level"), education.get("level")):
        return False
    return not route.ages or _within(route.ages, *_ages(body["age_band"]))


def _within(wanted: tuple[int, int], low: int | None, high: int | None) -> bool:
    return low is not None and high is not None and wanted[0] <= low and high <= wanted[1]


def _ages(band: str | None) -> tuple[int | None, int | None]:
    if not band:
        return None, None
    low, high = band.split("-")
    return int(low), int(high)
