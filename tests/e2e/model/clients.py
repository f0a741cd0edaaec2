"""clients - rows 21, 23 and 25 to 27: what is said of the client, or of a referral as a whole."""

from typing import Callable

from . import calendar, custody
from .referring import arm_accepted, mark_accepted
from .state import Clock, Message, Referral
from .step import Refused, Step

Handler = Callable[[Step, Referral, Message], None]


def _open_client(handler: Handler) -> Handler:
    def guarded(step: Step, referral: Referral, message: Message) -> None:
        if not step.client.is_open:
            raise Refused("ILLEGAL", "nobody is responsible for this client now")
        handler(step, referral, message)

    return guarded


@_open_client
def close(step: Step, referral: Referral, message: Message) -> None:
    client = step.client
    if any(each.is_open for each in client.referrals.values()):
        raise Refused("ILLEGAL", "a referral is still open: end it first")
    if client.merging is not None:
        raise Refused("ILLEGAL", "a merge is under way")
    step.change(referral, "25", referral.state)
    end(step, message.body["closing_reason"])
    via = client.referrals.get(client.owner_via or "")
    if via and via.sender != step.actor:
        step.tell(via.sender, via, "STATUS", "SENDER")


def end(step: Step, reason: str) -> None:
    """Nobody has the client any more, and only the time that it is kept runs."""
    client = step.client
    client.status, client.closing_reason = "CLOSED", reason
    kept_until = step.config.clocks["T11"].step(0, False).after(step.now)
    client.clocks = {"T11": Clock("T11", step.now, kept_until, 0, "HUB")}
    for each in client.referrals.values():
        each.clocks = {}


@_open_client
def sign_of_life(step: Step, referral: Referral, message: Message) -> None:
    step.change(referral, "26", referral.state)
    day = message.body["next_date"]
    if day is not None:
        step.stop_duties()
    step.arm_sign_of_life(None if day is None else calendar.start_of(day))


@_open_client
def withdraw_consent(step: Step, referral: Referral, message: Message) -> None:
    client = step.client
    step.change(referral, "27", referral.state)
    step.withdraw()
    done = {step.actor}
    for each in client.referrals.values():
        if each.is_open and not each.rests and each.target != step.actor:
            done.add(each.target)
            step.tell(each.target, each, "STATUS", "TARGET")
    via = client.referrals.get(client.owner_via or "")
    if via and client.responsible not in done:
        step.tell(client.responsible or "", via, "STATUS", "OWNER")


@_open_client
def assign(step: Step, referral: Referral, message: Message) -> None:
    """Row 23, by the coordinator: another owner, by a referral of its own (reading 67)."""
    former, name = step.client.responsible, message.body["to_desk"]
    desk = step.config.desks[name]
    if not desk.active or not desk.holds or name == former:
        raise Refused("ILLEGAL", "that desk cannot become responsible for this client")
    step.need_room()
    assert former and step.actor
    custody.recall_offers(step)
    custody.end_former(step, custody.gave_client(step), "TAKEN_OVER")
    made_by = message.tags[0], referral.id, name
    given = referral.child(
        step.new_id(), giver=former, sender=step.actor, target=name, made_by=made_by
    )
    step.add(given)
    step.own(name, given.id)
    mark_accepted(step, given)
    step.visit(given, "23")
    step.change(given, "23", "ACCEPTED", before=None)
    arm_accepted(step, given)
    step.news(given, "23")
    custody.follow_owner(step)


def in_error(step: Step, referral: Referral, message: Message) -> None:
    """Row 21: it was never meant; what it moved goes back (G4)."""
    rested = referral.rests
    moved = custody.may_give_back(step, referral) and custody.give_back(step, referral)
    step.change(referral, "21", "ENTERED_IN_ERROR")
    step.news(referral, "21", rested)
    if moved:
        custody.follow_owner(step)
