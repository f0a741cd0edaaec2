"""test_model_walk - seeded lives under the model alone: the invariants hold at every step."""

from collections import Counter
from random import Random

import pytest
from model import clocks, invariants, machine, persons, scenario
from model.calls import Answer, Call, referral_of
from model.events import event_of
from model.fold import fold
from model.machine import Decision
from model.scenario import Life
from model.state import Client, Message
from model.world import WORLD

START = 1_795_000_000_000
DAY_MS = 86_400_000


def live(life: Life, random: Random, seen: Counter[str]) -> None:
    """Answers the calls as a hub would, lets time pass between them, checks every step."""
    story = life.story()
    answer: object = None
    before: Client | None = None
    while True:
        try:
            asked = story.send(answer)
        except StopIteration:
            return
        if life.client is not before:
            broken = list(invariants.of_client(WORLD, life.client)) if life.client else []
            assert not broken, (life.sent[-1][0], broken)
        if random.random() < 0.1:
            life.now += random.randrange(35) * DAY_MS
            pass_time(life, random, seen)
        before = life.client
        if isinstance(asked, Call):
            seen[asked.move] += 1
            answer = Answer(400 if asked.bad else 202, referral_of(asked))
        else:
            answer = f"{random.getrandbits(128):032x}"


def pass_time(life: Life, random: Random, seen: Counter[str]) -> None:
    while life.client:
        due = [
            entry
            for entry in life.client.armed()
            if entry[0].name in clocks_built() and entry[0].due <= life.now
        ]
        if not due:
            return
        clock, referral = due[0]
        made = f"{random.getrandbits(128):032x}"
        decision = clocks.fire(
            WORLD, life.client, clock.name, referral and referral.id, lambda made=made: made
        )
        broken = [
            *invariants.of_step(life.client, decision, True),
            *invariants.of_client(WORLD, decision.client),
        ]
        assert not broken, (clock, broken)
        check_fold(life.client, decision)
        seen[clock.name] += 1
        seen.update(f"row {each.row}" for each in decision.transitions)
        life.client = decision.client


def clocks_built() -> set[str]:
    return {*WORLD.clocks, "T12"}


def check_fold(before: Client | None, decision: Decision, message: Message | None = None) -> None:
    """I20: the Event alone leads from the one state to the other."""
    if decision.client is None:
        return
    event = event_of(before, decision, message)
    assert fold(before, event) == decision.client


@pytest.mark.parametrize("seed", range(3))
def test_invariants_hold_on_random_walks(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: Counter[str] = Counter()
    real = machine.apply

    def checked(config, client, message, now, new_id=machine.no_id, **more):  # noqa: ANN001, ANN202
        decision = real(config, client, message, now, new_id, **more)
        broken = list(invariants.of_step(client, decision))
        assert not broken, (message, broken)
        check_fold(client, decision, message)
        seen[f"{decision.result} {decision.code or ''}".strip()] += 1
        seen.update(f"row {each.row}" for each in decision.transitions)
        again = real(config, decision.client, message, now, new_id, **more)
        remembered = message.partner != "hub" and not message.derived_reference
        if decision.result == "APPLIED" and remembered:
            assert again.result == "DUPLICATE", "I10: the same again is a duplicate"
        return decision

    monkeypatch.setattr(machine, "apply", checked)
    random = Random(seed)
    for life in scenario.lives(WORLD, seed, 600, START, longest=30, direct=True):
        live(life, random, seen)
    assert [row for row in invariants.ROWS if not seen[f"row {row}"]] == [], (
        "rows that no walk reached"
    )
    codes = "ILLEGAL STALE CONFLICT INVALID".split()
    assert [code for code in codes if not seen[f"REJECTED {code}"]] == []
    assert seen["DUPLICATE"] and seen["APPLIED"] > sum(seen.values()) / 10
    due = clocks_built() - {"T11"}  # a year after a client was closed
    assert [name for name in due if not seen[name]] == [], "clocks that never came due"


def test_test_numbers_pass_the_eleven_test() -> None:
    numbers = list(persons.test_bsns())
    assert len(numbers) > 900
    assert "999990019" in numbers
    assert "999990001" not in numbers
