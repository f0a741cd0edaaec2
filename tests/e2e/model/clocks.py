"""clocks - what a due clock does: it is put off by what was lost, or somebody is told."""

from dataclasses import replace
from typing import Callable

from . import calendar, escalation, outages
from .machine import Decision, no_id
from .outages import Outages
from .referring import send_or_rest
from .rules import Config
from .state import Client, Clock, Referral
from .step import Step

FIXED = frozenset({"T10", "T11", "T12", "T13"})  # days that somebody named, and T11
LEAST_MS = 3_600_000  # by which a clock is put off while an outage goes on


def fire(
    config: Config,
    client: Client,
    name: str,
    referral: str | None,
    new_id: Callable[[], str] = no_id,
    known: Outages = outages.NONE,
    now: int | None = None,
) -> Decision:
    """The clock has come due: decided as of then, or of `now` where something else came first. What
    it waits for next is reckoned from its due time."""
    working = client.copy()
    holder = working.referrals[referral] if referral else None
    armed = holder.clocks if holder else working.clocks
    clock = armed[name]
    now = clock.due if now is None else now
    step = Step(config, working, now, new_id)
    due, counted = (clock.due, 0) if name in FIXED else _put_off(step, clock, holder, known)
    if due > clock.due:
        armed[name] = replace(clock, due=due, counted=counted)
    elif name == "T11":
        del working.clocks["T11"]
    elif name == "T12" and holder:
        _send(step, holder)
    else:
        escalation.climb(step, clock, holder)
    working.version += 1
    step.settle_next_action()
    return Decision("APPLIED", working, transitions=step.transitions, told=step.told, at=now)


def _put_off(
    step: Step, clock: Clock, referral: Referral | None, known: Outages
) -> tuple[int, int]:
    """When it comes due with all that was lost; its due time if nothing was (reading 73). And up to
    when outages are in that."""
    desk = None if clock.name == "T0" else step.desk_of(clock.role, referral)
    begin = max(clock.armed, clock.counted or 0)
    in_working_time = _unit(step, clock, referral) == "wd"
    plan, end = step.config.clocks[clock.name], None
    if plan.reminder and 0 < clock.level < len(plan.steps):
        end = escalation.end_of(plan, clock)
        if clock.due >= end and begin < end:
            begin = clock.armed
    counted = clock.due
    while (until := known.until(desk, counted)) not in (None, outages.FOR_EVER):
        counted = until
    lost = known.lost(desk, begin, counted, in_working_time)
    if until is not None:
        lost = max(lost, LEAST_MS)
    if not lost:
        return clock.due, 0
    due = calendar.add_working_ms(clock.due, lost) if in_working_time else clock.due + lost
    if end is not None and clock.due < end <= due:
        return end, clock.due
    return due, counted


def _unit(step: Step, clock: Clock, referral: Referral | None) -> str:
    """In which the clock runs now."""
    plan = step.config.clocks[clock.name]
    if clock.name == "T0":
        return "min"
    if plan.reminder and 0 < clock.level < len(plan.steps):
        reminds = clock.due < escalation.end_of(plan, clock)
        return plan.reminder.unit if reminds else plan.steps[clock.level].unit
    return plan.step(clock.level, referral is not None and referral.urgent).unit


def _send(step: Step, referral: Referral) -> None:
    """not_before is reached: the offer goes out."""
    del referral.clocks["T12"]
    send_or_rest(step, referral)
    step.tell(referral.target, referral, "OFFER", "TARGET")
