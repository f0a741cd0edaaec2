"""events - the Event that tells of a decision: how the client before and after it differ."""

from dataclasses import asdict
from typing import Any

from .machine import Decision, is_told_once
from .state import Client, Clock, Message, Referral

NOBODY = "0" * 32  # a mark that is gone
FIELDS = ("region", "match", "consent")


def event_of(before: Client | None, decision: Decision, message: Message | None) -> dict[str, Any]:
    after = decision.client
    assert after
    old = before or Client(after.id)
    opened = after.status != old.status or (decision.owner and decision.owner[0] is None)
    event: dict[str, Any] = {
        "client": after.id,
        "offset": None,
        "result": decision.result,
        "transitions": [_transition(each) for each in decision.transitions],
        "owner": decision.owner and dict(zip(("old", "new", "via"), decision.owner, strict=True)),
        "status": after.status if opened else None,
        "closing_reason": after.closing_reason,
        "next_action": _action(after),
        "remembered": None,
        "parked": after.parked if after.parked != old.parked else None,
        "redriven": after.redriven if after.redriven != old.redriven else None,
        "handovers": [asdict(told) for told in decision.told if told.number],
        "version": after.version,
        "visited": after.visited[-1][0] if after.visited != old.visited else None,
        "merging": (after.merging or NOBODY) if after.merging != old.merging else None,
        "merged_into": after.merged_into if after.merged_into != old.merged_into else None,
        "forwarded": next((name for name in after.forwarded if name not in old.forwarded), None),
        **_clock_changes(old, after),
    }
    if decision.at:
        event["at"] = decision.at
    for name in FIELDS:
        changed = getattr(after, name) != getattr(old, name)
        event[name] = getattr(after, name) if changed or before is None else None
    if after.withdrawn_at != old.withdrawn_at:
        event["consent"] = after.consent
    if decision.result == "APPLIED" and message and is_told_once(message):
        event["remembered"] = dict(zip(("id", "digest"), message.tags, strict=True))
    return event


def _transition(transition: Any) -> dict[str, Any]:
    referral = transition.of
    after = {**asdict(referral), "referral": referral.id, "state": transition.after}
    return {"row": transition.row, "from": transition.before, "after": after}


def _action(client: Client) -> dict[str, Any] | None:
    return client.next_action and dict(
        zip(("duty", "desk", "due"), client.next_action, strict=True)
    )


def _clock_changes(old: Client, new: Client) -> dict[str, list[dict[str, Any]]]:
    before, after = _clocks(old), _clocks(new)
    stopped = [{"clock": name, "referral": of} for of, name in before if (of, name) not in after]
    armed = [
        {**asdict(clock), "clock": clock.name, "referral": of}
        for (of, name), clock in after.items()
        if before.get((of, name)) != clock
    ]
    return {"stopped": stopped, "armed": armed}


def _clocks(client: Client) -> dict[tuple[str | None, str], Clock]:
    holders: list[Referral | Client] = [*client.referrals.values(), client]
    return {
        (holder.id if isinstance(holder, Referral) else None, name): clock
        for holder in holders
        for name, clock in holder.clocks.items()
    }
