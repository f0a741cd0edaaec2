"""test_core - core and model are told the same by thousands, weeks pass, and nothing differs.

LOKETHUB_CORE_SEEDS=300 plays so many more worlds than the one that test_more_worlds_agree plays.
"""

import os
from pathlib import Path
from random import Random

import pytest
from core import Core
from model import clocks, invariants, machine, scenario
from model.fold import hexed
from model.judge import Judge, Report
from model.scenario import Answer, Call, Life
from model.world import WORLD

START = 1_795_000_000_000
DAY_MS = 86_400_000
MORE_SEEDS = int(os.environ.get("LOKETHUB_CORE_SEEDS", "1"))


class Stage:
    """Plays lives before both: the model decides what they do next, the core's answers are kept."""

    def __init__(self, core: Core, seed: int, time_passes: bool) -> None:
        self.core, self.random, self.time_passes = core, Random(seed), time_passes
        self.now = START

    def told(self, config, client, message, now, new_id=machine.no_id):  # noqa: ANN001, ANN201
        """In place of machine.apply."""
        self.now = max(self.now + 1, now)
        self._fire_due(self.life)
        self.core.message(message, self.now)
        return self.apply(config, self.life.client, message, self.now, new_id)

    def play(self, life: Life) -> None:
        self.life, life.start = life, self.now
        story = life.story()
        answer: Answer | str | None = None
        while True:
            try:
                asked = story.send(answer)
            except StopIteration:
                return
            if self.time_passes and self.random.random() < 0.15:
                life.now += self.random.randrange(25) * DAY_MS
                self.now = max(self.now, life.now)
                self._fire_due(life)
            if self.random.random() < 0.04 / life.length:
                self._poison(life)
            if isinstance(asked, Call):
                answer = Answer(400 if asked.bad else 202, referral_of(asked))
            else:
                answer = self.core.child(asked)

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
            decision = clocks.fire(WORLD, life.client, name, referral, lambda: next(made, ""))
            life.client = decision.client


def referral_of(call: Call) -> str | None:
    if "actions" in call.path:
        return None
    return scenario._tag(call.partner, call.body.get("case", ""), call.body.get("leg", ""))


def compare(folder: Path, seed: int, lives: int, longest: int, time_passes: bool) -> Report:
    """Plays the lives before the core and the model, and judges the one by the other."""
    with Core(folder) as core, pytest.MonkeyPatch.context() as patch:
        stage = Stage(core, seed, time_passes)
        stage.apply = machine.apply
        patch.setattr(machine, "apply", stage.told)
        for life in scenario.lives(WORLD, seed, lives, START, longest, direct=True):
            stage.play(life)
        patch.undo()
        report = Judge(WORLD, core.topics, rests=False).run()
    for _, event in core.topics.events:
        report.counts.update(f"row {each['row']}" for each in event["transitions"])
    return report


@pytest.mark.parametrize(
    "seed,lives,longest,time_passes",
    [(1, 500, 25, False), (2, 300, 20, True), (3, 300, 20, True), (4, 30, 250, True)],
)
def test_core_and_model_agree(
    tmp_path: Path, seed: int, lives: int, longest: int, time_passes: bool
) -> None:
    report = compare(tmp_path, seed, lives, longest, time_passes)
    print(report)
    assert not report.differences, str(report)
    assert report.counts["APPLIED"] > lives
    assert report.counts["PARKED PARKED"] > 0
    assert report.counts["intake records"] > 5 * lives
    rows = [row for row in invariants.ROWS if time_passes or row != "22"]
    assert [row for row in rows if not report.counts[f"row {row}"]] == [], "rows not reached"


@pytest.mark.parametrize("seed", range(1000, 1000 + MORE_SEEDS))
def test_more_worlds_agree(tmp_path: Path, seed: int) -> None:
    report = compare(tmp_path, seed, 40, 20, True)
    assert not report.differences, str(report)
    assert report.counts["APPLIED"] > 40
