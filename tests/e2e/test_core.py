"""test_core - core and model are told the same by thousands, weeks pass, and nothing differs.

LOKETHUB_CORE_SEEDS=300 plays so many more worlds than the one that test_more_worlds_agree plays.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from core import Core, outage
from dates import moment, stretches
from model import calendar, clocks, invariants, machine, scenario
from model.calls import Answer, Call, Child, referral_of
from model.fold import hexed
from model.judge import Judge, Report, made_ids
from model.outages import Outages
from model.scenario import Life, Turn
from model.world import WORLD

START = 1_795_000_000_000
DAY_MS = 86_400_000
MORE_SEEDS = int(os.environ.get("LOKETHUB_CORE_SEEDS", "1"))
DATES_SEEDS = MORE_SEEDS


class Stage:
    """Plays lives before both: the model decides what they do next, the core's answers are kept."""

    def __init__(self, core: Core, seed: int, now: int, leap: Callable[[Random], int]) -> None:
        """leap: how much time passes before a call, in ms; outages come with it."""
        self.core, self.random, self.now, self.leap = core, Random(seed), now, leap
        self.outages, self.climbed = Outages(), 0
        self.going_on: dict[str, dict[str, Any]] = {}  # facts of outages that have no end yet

    def told(self, config, client, message, now, new_id=machine.no_id):  # noqa: ANN001, ANN201
        """In place of machine.apply."""
        self.now = max(self.now + 1, now)
        self._fire_due(self.life)
        event = self.core.message(message, self.now)
        if message.body.get("action") == "NOT_TOLD":
            self.climbed += bool(event["armed"])
        return self.apply(config, self.life.client, message, self.now, new_id)

    def play(self, lives: list[Life]) -> None:
        """All at once: whose turn it is, is drawn."""
        for life in lives:
            life.start = self.now
        by_name = {life.person_name: life for life in lives}
        turns = [turn for turn in map(Turn, lives) if turn.asked]
        while turns:
            turn = self.random.choice(turns)
            self._answer(turn)
            if turn.asked is None:
                turns.remove(turn)
            if len(lives) > 1 and self.core.words and self.random.random() < 0.5:
                self._pass_on(by_name)
        while len(lives) > 1 and self.core.words:
            self._pass_on(by_name)
        for self.life in lives:
            self._fire_due(self.life)

    def _pass_on(self, lives: dict[str, Life]) -> None:
        """What one record's partition says to another's arrives there."""
        message = self.core.words.pop(0)
        life = lives[message.client or ""]
        self.now += 1
        self._fire_due(life)
        made = made_ids(self.core.message(message, self.now), message)
        told = self.apply(WORLD, life.client, message, self.now, lambda: next(made))
        life.client = told.client

    def _answer(self, turn: Turn) -> None:
        self.life = life = turn.life
        if leap := self.leap(self.random):
            self.now += leap
            self._disturb(life)
            self._fire_due(life)
        life.now = max(life.now, self.now)
        if self.random.random() < 0.04 / life.length:
            self._poison(life)
        answer: Answer | str | None
        if isinstance(turn.asked, Call):
            answer = Answer(400 if turn.asked.bad else 202, referral_of(turn.asked))
        else:
            assert isinstance(turn.asked, Child)
            answer = self.core.child(turn.asked)
        turn.answer(answer)

    def _disturb(self, life: Life) -> None:
        """The hub or a desk was down, or is; what was down is back."""
        draw = self.random
        if self.going_on and draw.random() < 0.6:
            key = draw.choice(sorted(self.going_on))
            fact = self.going_on.pop(key)
            since = max(fact["from"], self.now - draw.randrange(DAY_MS))
            self._say(key, fact | {"to": since, "at": self.now})
        if draw.random() < 0.2:
            desks = [*WORLD.desks]
            for referral in life.client.referrals.values() if life.client else ():
                desks += 4 * [referral.target, referral.giver, referral.sender]
            who = draw.choice(["edge", "router/0", "router/1", *4 * [f"desk/{draw.choice(desks)}"]])
            begin = self.now - draw.randrange(4 * DAY_MS)
            if draw.random() < 0.3:
                begin = calendar.start_of(calendar.day_of(begin))
            end = draw.randrange(begin, self.now) if draw.random() < 0.7 else None
            self._say(*outage(who, begin, end, self.now))

    def _say(self, key: str, fact: dict[str, Any]) -> None:
        self.core.fact(key, fact)
        self.outages.put(key, fact)
        if fact["to"] is None:
            self.going_on[key] = fact

    def _poison(self, life: Life) -> None:
        """Something unreadable under the client's name: from here on it waits."""
        self.now += 1
        self._fire_due(life)
        self.core.unreadable(life.person_name, self.now)
        parked = machine.park(life.client, "REJECTED", "UNREADABLE", life.person_name)
        life.client = parked.client

    def _fire_due(self, life: Life) -> None:
        while due := self.core.due(life.person_name, self.now):
            clock, referral = due
            event = self.core.clock(life.person_name, clock, referral)
            self._fire(life, clock.name, referral and referral.id, event)

    def _fire(self, life: Life, name: str, referral: str | None, event: dict) -> None:
        """The same in the life's own model, so that it goes on from there."""
        new = [each["after"] for each in event["transitions"] if each["from"] is None]
        made = iter([hexed(each["referral"]) for each in new])
        assert life.client
        holder = life.client.referrals.get(referral) if referral else life.client
        if holder and name in holder.clocks:
            life.client = clocks.fire(
                WORLD,
                life.client,
                name,
                referral,
                lambda: next(made, ""),
                self.outages,
                event["at"],
            ).client


def still(random: Random) -> int:
    return 0


def weeks(random: Random) -> int:
    return random.randrange(25 * DAY_MS) if random.random() < 0.15 else 0


def days(count: int, calls: int) -> Callable[[Random], int]:
    """So many pass while so many calls are made."""
    most = round(2 * count * DAY_MS / calls / 0.3)
    return lambda random: random.randrange(most) if random.random() < 0.3 else 0


def compare(
    folder: Path,
    seed: int,
    lives: int,
    longest: int,
    leap: Callable[[Random], int] = weeks,
    start: int = START,
    together: bool = False,
) -> Report:
    """Plays the lives before the core and the model, and judges the one by the other."""
    with Core(folder) as core, pytest.MonkeyPatch.context() as patch:
        stage = Stage(core, seed, start, leap)
        stage.apply = machine.apply
        patch.setattr(machine, "apply", stage.told)
        cast = scenario.lives(WORLD, seed, lives, start, longest, direct=True)
        if together:
            stage.play(scenario.acquainted(cast))
        else:
            core.topics.words = core.words  # nobody hears them
            for life in cast:
                stage.play([life])
        patch.undo()
        report = Judge(WORLD, core.topics, rests=together, facts_lag=0).run()
    report.counts["climbed as nobody could be told"] = stage.climbed
    for _, event in core.topics.events:
        report.counts.update(f"row {each['row']}" for each in event["transitions"])
    return report


@pytest.mark.parametrize(
    "seed,lives,longest,leap",
    [(1, 500, 25, still), (2, 300, 20, weeks), (3, 300, 20, weeks), (5, 30, 250, weeks)],
)
def test_core_and_model_agree(
    tmp_path: Path, seed: int, lives: int, longest: int, leap: Callable[[Random], int]
) -> None:
    report = compare(tmp_path, seed, lives, longest, leap)
    print(report)
    assert not report.differences, str(report)
    assert report.counts["APPLIED"] > lives
    assert report.counts["PARKED PARKED"] > 0
    assert report.counts["intake records"] > 5 * lives
    rows = [row for row in invariants.ROWS if leap is not still or row != "22"]
    assert [row for row in rows if not report.counts[f"row {row}"]] == [], "rows not reached"
    for name in ("clocks put off", "climbed as nobody could be told", "words between clients"):
        assert leap is still or report.counts[name], name


@pytest.mark.parametrize("seed", range(1000, 1000 + MORE_SEEDS))
def test_more_worlds_agree(tmp_path: Path, seed: int) -> None:
    report = compare(tmp_path, seed, 40, 20)
    assert not report.differences, str(report)
    assert report.counts["APPLIED"] > 40


# 2027: clocks go forward on Easter Sunday; 2028: 29 February; 2031: King's Day is the 26th.
@pytest.mark.parametrize("year", [2027, 2028, 2031])
@pytest.mark.parametrize("name", stretches(2027))
def test_dates(tmp_path: Path, name: str, year: int) -> None:
    """Forty lives at once, from before the special days to after them."""
    first, last = stretches(year)[name]
    for seed in range(DATES_SEEDS):
        leap = days((last - first).days, calls=300)
        folder, start = tmp_path / str(seed), moment(first, 16)
        report = compare(folder, year + seed, 40, 14, leap, start, together=True)
        assert not report.differences, str(report)
        assert report.counts["APPLIED"] > 100
        assert report.counts["clocks put off"] or last - first < timedelta(days=10)
        assert report.counts["words between clients"] > 2
        assert report.counts["clock T1"] and report.counts["clock T0"]
