"""work - rows 10, 11, 15 to 20 and 29: an accepted referral until its outcome is acknowledged."""

from . import calendar, custody
from .referring import arm_contact
from .rules import wd
from .state import Message, Referral
from .step import Refused, Step

OUTFLOW = wd(5)  # until the desk must have completed a place that does not go on


def _arm_in_progress(step: Step, referral: Referral) -> None:
    """T7 runs after a no-show and only then (reading 58)."""
    referral.clocks.pop("T7", None)
    if referral.progress == "NO_SHOW":
        step.arm(referral, "T7", "TARGET")
    if referral.kind == "SERVICE":
        step.arm(referral, "T6", "TARGET")


def progress(step: Step, referral: Referral, message: Message) -> None:
    referral.progress = message.body["progress"]
    step.change(referral, "10", "IN_PROGRESS")
    _arm_in_progress(step, referral)
    step.arm_worked_on(referral)
    step.news(referral, "10")


def hold(step: Step, referral: Referral, message: Message) -> None:
    again = calendar.start_of(message.body["next_date"])
    step.change(referral, "11", "ON_HOLD")
    step.arm_at(referral, "T10", "TARGET", again)
    step.arm_worked_on(referral, again)
    step.news(referral, "11")


def resume(step: Step, referral: Referral, message: Message) -> None:
    step.change(referral, "11", "IN_PROGRESS" if referral.progress else "ACCEPTED")
    if referral.progress:
        _arm_in_progress(step, referral)
    else:
        arm_contact(step, referral)
    step.arm_worked_on(referral)
    step.news(referral, "11")


def complete(step: Step, referral: Referral, message: Message) -> None:
    body = message.body
    custody.end(step, referral, "18", body["outcome"], body["next_step"])


def complete_anyway(step: Step, referral: Referral, message: Message) -> None:
    """Row 15, G5: an outcome beats a cancel, if anybody ever accepted."""
    if not referral.accepted:
        raise Refused("ILLEGAL", "nobody accepted it: there is no outcome")
    body = message.body
    custody.end(step, referral, "15", body["outcome"], body["next_step"])


def give_return(step: Step, referral: Referral, message: Message) -> None:
    """Row 16: the target keeps the client until the giver takes it back."""
    step.change(referral, "16", "RETURNED")
    step.arm(referral, "T2", "GIVER")
    step.news(referral, "16")


def take_back(step: Step, referral: Referral, message: Message) -> None:
    moved = False
    if referral.kind == "TRANSFER":
        if not custody.may_give_back(step, referral):
            raise Refused("ILLEGAL", "the giver cannot have this client any more")
        moved = custody.give_back(step, referral)
    step.change(referral, "17", "CLOSED")
    if referral.kind == "TRANSFER":
        step.arm(referral, "T4", "GIVER")
    step.news(referral, "17")
    if moved:
        custody.follow_owner(step)


def acknowledge(step: Step, referral: Referral, message: Message) -> None:
    step.change(referral, "19", "CLOSED")
    step.news(referral, "19")


def dispute(step: Step, referral: Referral, message: Message) -> None:
    """Row 20: once; then it is for the coordinator."""
    client = step.client
    holds = referral.accepted and referral.id == client.owner_via
    fit = referral.kind == "SERVICE" or (referral.kind == "TRANSFER" and holds)
    if referral.disputed or not client.is_open or not fit:
        raise Refused("ILLEGAL", "its outcome cannot be disputed any more")
    referral.disputed = True
    referral.outcome = referral.next_step = None
    step.change(referral, "20", "IN_PROGRESS")
    _arm_in_progress(step, referral)
    step.arm_review(referral)
    step.news(referral, "20")
    coordinator = step.config.coordinator_of_region(client.region)
    if coordinator and coordinator != step.actor:
        step.tell(coordinator, referral, "STATUS", "COORDINATOR")


def review(step: Step, referral: Referral, message: Message) -> None:
    step.change(referral, "29", referral.state)
    if message.body["review"] == "OUTFLOW":
        step.arm_at(referral, "T13", "TARGET", OUTFLOW.after(step.now))
    else:
        step.arm_review(referral)
    step.arm_worked_on(referral)
    step.news(referral, "29")
