"""clocks - what a due clock does: who is told, at which level, and when it comes due again."""

from typing import Callable

from .machine import Decision, no_id
from .referring import send_or_rest
from .rules import Config
from .state import NO_TAG, Client, Clock, Referral
from .step import OPS, Step


def fire(
    config: Config,
    client: Client,
    name: str,
    referral: str | None,
    new_id: Callable[[], str] = no_id,
) -> Decision:
    """The clock has come due: decided with now = its due time."""
    working = client.copy()
    holder = working.referrals[referral] if referral else None
    clock = (holder.clocks if holder else working.clocks)[name]
    step = Step(config, working, clock.due, new_id)
    if name == "T11":
        del working.clocks["T11"]
    elif name == "T12" and holder:
        _send(step, holder)
    else:
        _climb(step, clock, holder)
    working.version += 1
    step.settle_next_action()
    return Decision("APPLIED", working, transitions=step.transitions, told=step.told, at=clock.due)


def _send(step: Step, referral: Referral) -> None:
    """not_before is reached: the offer goes out."""
    del referral.clocks["T12"]
    send_or_rest(step, referral)
    step.tell(referral.target, referral, "OFFER", "TARGET")


def _climb(step: Step, clock: Clock, referral: Referral | None) -> None:
    plan = step.config.clocks[clock.name]
    level = plan.first_level + clock.level
    climbed, armed = clock.level, clock.due
    if clock.name == "T0":
        _tell_client(step, referral, OPS, "ESCALATION", "OPS")
        due = plan.repeat.after(clock.due)
    elif level > plan.last_level:
        _escalate(step, clock, referral, plan.last_level)
        due = plan.repeat.after(clock.due)
    elif plan.reminder and climbed:
        end = plan.steps[climbed].after(clock.armed)
        if clock.due < end:
            _tell_client(step, referral, step.desk_of(clock.role, referral), "REMINDER", clock.role)
            armed, due = clock.armed, min(plan.reminder.after(clock.due), end)
        else:
            climbed += 1
            _escalate(step, clock, referral, level)
            due = plan.repeat.after(clock.due)
    else:
        climbed += 1
        _escalate(step, clock, referral, level)
        due = (plan.reminder or plan.step(climbed, False)).after(clock.due)
    again = Clock(clock.name, armed, due, climbed, clock.role)
    (referral.clocks if referral else step.client.clocks)[clock.name] = again


def _escalate(step: Step, clock: Clock, referral: Referral | None, level: int) -> None:
    if referral and level > referral.escalation:
        referral.escalation = level
        step.change(referral, "22", referral.state)
    desk = step.desk_of(clock.role, referral)
    if level == 1:
        _tell_client(
            step, referral, desk, "REMINDER" if clock.name == "T6" else "ESCALATION", clock.role
        )
    elif level == 2:
        _tell_client(step, referral, desk, "ESCALATION", "LEAD")
        sender = _holder(step, referral).sender
        if sender != desk:
            _tell_client(step, referral, sender, "ESCALATION", "SENDER")
    elif level == 3:
        for coordinator in step.config.coordinators(desk, step.client.region):
            _tell_client(step, referral, coordinator, "ESCALATION", "COORDINATOR")
        _tell_client(step, referral, OPS, "ESCALATION", "OPS")
    else:
        _join_entry_desk(step, referral)


def _join_entry_desk(step: Step, referral: Referral | None) -> None:
    """L4: the entry desk joins the group of a TRANSFER, unless it has part in it already."""
    entry = step.config.entry_desk(step.client.region)
    if not entry:
        return
    taking_part = any(entry in (offer.target, offer.giver) for offer in step.offers())
    on_offer = referral is not None and referral.kind == "TRANSFER" and referral.is_offer
    if referral is None or not on_offer or taking_part or not step.has_room:
        _tell_client(step, referral, entry, "ESCALATION", "ENTRY_DESK")
        return
    offer = Referral(
        id=step.new_id(),
        kind="TRANSFER",
        subject=referral.subject,
        giver=referral.giver,
        sender=referral.sender,
        target=entry,
        wished=None,
        group=referral.group,
        question=referral.question,
        urgent=referral.urgent,
        digest=NO_TAG,
        created_by=NO_TAG,
        expires_at=referral.expires_at,
        review_every=referral.review_every,
        parent=referral.id,
    )
    step.add(offer)
    step.visit(offer, "22")
    step.change(offer, "22", "SUBMITTED", before=None)
    step.arm(offer, "T0", "HUB")
    step.tell(entry, offer, "OFFER", "TARGET")


def _holder(step: Step, referral: Referral | None) -> Referral:
    """The referral under which something about the client is told."""
    return referral or step.client.referrals[step.client.owner_via or ""]


def _tell_client(step: Step, referral: Referral | None, desk: str, kind: str, role: str) -> None:
    step.tell(desk, _holder(step, referral), kind, role)
