"""escalation - who is told when a clock has come due, at which level, and when it comes again."""

from dataclasses import replace
from typing import Any

from .rules import ClockPlan
from .state import Clock, Message, Referral
from .step import OPS, Step


def climb(step: Step, clock: Clock, referral: Referral | None) -> None:
    """It is due: the next level, a reminder, or once more the last level."""
    plan = step.config.clocks[clock.name]
    level = plan.first_level + clock.level
    if clock.name == "T0":
        _tell(step, referral, OPS, "ESCALATION", "OPS", clock=clock.name)
        _arm(step, clock, referral, clock.level, plan.repeat.after(clock.due))
    elif level > plan.last_level:
        _escalate(step, clock, referral, plan.last_level)
        _arm(step, clock, referral, clock.level, plan.repeat.after(clock.due))
    elif plan.reminder and clock.level and clock.due < (end := end_of(plan, clock)):
        desk = step.desk_of(clock.role, referral)
        _tell(step, referral, desk, "REMINDER", clock.role, clock=clock.name, level=1)
        due = min(plan.reminder.after(clock.due), end)
        again = Clock(clock.name, clock.armed, due, clock.level, clock.role, clock.counted)
        _holder(step, referral)[clock.name] = again
    else:
        _climb_now(step, clock, referral)


def end_of(plan: ClockPlan, clock: Clock) -> int:
    """When a clock that reminds is to climb."""
    return plan.steps[clock.level].after(clock.armed)


def not_told(step: Step, referral: Referral, message: Message) -> None:
    """Reading 90: nobody could be told at that level; if it still stands there, it climbs now."""
    raw = message.body["raw"]
    name, level = raw["code"], raw["number"]
    clocks = referral.clocks if name in referral.clocks or name != "T6" else step.client.clocks
    clock = clocks.get(name)
    if clock is None or not clock.level:
        return
    plan = step.config.clocks[name]
    if level == plan.first_level + clock.level - 1 and level < plan.last_level:
        now = replace(clock, due=step.now)
        _climb_now(step, now, referral if clocks is referral.clocks else None)


def _climb_now(step: Step, clock: Clock, referral: Referral | None) -> None:
    plan, climbed = step.config.clocks[clock.name], clock.level + 1
    _escalate(step, clock, referral, plan.first_level + clock.level)
    reminds = plan.reminder is not None and climbed < len(plan.steps)
    after = plan.reminder if reminds and plan.reminder else plan.step(climbed, False)
    _arm(step, clock, referral, climbed, after.after(clock.due))


def _arm(step: Step, clock: Clock, referral: Referral | None, climbed: int, due: int) -> None:
    again = Clock(clock.name, clock.due, due, climbed, clock.role)
    _holder(step, referral)[clock.name] = again


def _holder(step: Step, referral: Referral | None) -> dict[str, Clock]:
    return referral.clocks if referral else step.client.clocks


def _escalate(step: Step, clock: Clock, referral: Referral | None, level: int) -> None:
    if referral and level > referral.escalation:
        referral.escalation = level
        step.change(referral, "22", referral.state)
    desk = step.desk_of(clock.role, referral)
    why = {"clock": clock.name, "level": level}
    if level == 1:
        kind = "REMINDER" if clock.name == "T6" else "ESCALATION"
        _tell(step, referral, desk, kind, clock.role, **why)
    elif level == 2:
        _tell(step, referral, desk, "ESCALATION", "LEAD", **why)
        sender = _told_under(step, referral).sender
        if sender != desk:
            _tell(step, referral, sender, "ESCALATION", "SENDER", **why)
    elif level == 3:
        for coordinator in step.config.coordinators(desk, step.client.region):
            _tell(step, referral, coordinator, "ESCALATION", "COORDINATOR", **why)
        _tell(step, referral, OPS, "ESCALATION", "OPS", **why)
    else:
        _join_entry_desk(step, referral, why)


def _join_entry_desk(step: Step, referral: Referral | None, why: dict[str, Any]) -> None:
    """L4: the entry desk joins the group of a TRANSFER, unless it has part in it already."""
    entry = step.config.entry_desk(step.client.region)
    if not entry:
        return
    taking_part = any(entry in (offer.target, offer.giver) for offer in step.offers())
    on_offer = referral is not None and referral.kind == "TRANSFER" and referral.is_offer
    if referral is None or not on_offer or taking_part or not step.has_room:
        _tell(step, referral, entry, "ESCALATION", "ENTRY_DESK", **why)
        return
    offer = referral.child(
        step.new_id(), referral.giver, referral.sender, target=entry, group=referral.group
    )
    step.add(offer)
    step.visit(offer, "22")
    step.change(offer, "22", "SUBMITTED", before=None)
    step.arm(offer, "T0", "HUB")
    step.tell(entry, offer, "OFFER", "TARGET")


def _told_under(step: Step, referral: Referral | None) -> Referral:
    """The referral under which something about the client is told."""
    return referral or step.client.referrals[step.client.owner_via or ""]


def _tell(
    step: Step, referral: Referral | None, desk: str, kind: str, role: str, **why: Any
) -> None:
    step.tell(desk, _told_under(step, referral), kind, role, **why)
