"""offers - rows 2 to 8, 12 to 14 and 30: an offer until it is decided, and its cancelling."""

from . import calendar, custody
from .referring import arm_accepted, mark_accepted, send_or_rest
from .state import Message, Referral
from .step import OPS, Refused, Step

ANSWER_DAYS = 2  # working days that the target has at least, once it has its answer


def _deliver(step: Step, referral: Referral) -> None:
    """Row 2, also ahead of the target's own act."""
    if referral.state != "SUBMITTED":
        return
    referral.delivery = "DELIVERED"
    step.change(referral, "2", "OFFERED")
    step.arm(referral, "T1", "TARGET")
    step.arm(referral, "T2", "TARGET")
    if "T13" not in referral.clocks:
        step.arm_review(referral)


def _of_another(referral: Referral, message: Message) -> bool:
    """The hub tells of the desk that had it before (reading 93)."""
    return message.partner == "hub" and message.body["actor"]["desk"] not in (None, referral.target)


def delivered(step: Step, referral: Referral, message: Message) -> None:
    if not _of_another(referral, message):
        _deliver(step, referral)


def undeliverable(step: Step, referral: Referral, message: Message) -> None:
    if referral.state != "SUBMITTED" or referral.delivery == "UNDELIVERABLE":
        return
    if _of_another(referral, message):
        return
    referral.delivery = "UNDELIVERABLE"
    step.change(referral, "3", "SUBMITTED")
    referral.clocks.pop("T0", None)
    step.arm(referral, "T4", "GIVER")
    step.tell(OPS, referral, "STATUS", "OPS")
    step.news(referral, "3")


def seen(step: Step, referral: Referral, message: Message) -> None:
    _deliver(step, referral)
    referral.delivery = "SEEN"
    step.change(referral, "4", "OFFERED")
    referral.clocks.pop("T1", None)


def decline(step: Step, referral: Referral, message: Message) -> None:
    if referral.kind != "REQUEST" and referral.target == step.config.entry_desk(step.client.region):
        raise Refused("ILLEGAL", "the entry desk may forward, but not decline")
    _deliver(step, referral)
    step.change(referral, "6", "DECLINED")
    step.arm_duty(referral)
    step.news(referral, "6")


def cancel(step: Step, referral: Referral, message: Message) -> None:
    rested = referral.rests
    referral.cancel_by = _who_cancels(message)
    step.change(referral, "12", "CANCELLED")
    step.arm_duty(referral)
    step.news(referral, "12", rested)


def _check_accept(step: Step, referral: Referral, onward: str | None) -> None:
    """Who takes the client, and who it is passed on to, can be responsible (readings 91, 92)."""
    if referral.kind == "SERVICE":
        next_desk = None
    elif referral.kind == "TRANSFER":
        _need_holder(step, referral.target)
        next_desk = onward
    else:
        next_desk = referral.wished if referral.wished != step.client.responsible else None
    if onward and (referral.kind != "TRANSFER" or onward == referral.target):
        raise Refused("ILLEGAL", "only who takes the client passes it on, to another desk")
    if next_desk:
        _need_holder(step, next_desk)
        step.need_room()


def _need_holder(step: Step, name: str) -> None:
    desk = step.config.desks[name]
    if not desk.active or not desk.holds:
        raise Refused("ILLEGAL", "that desk may not become responsible")


def accept(step: Step, referral: Referral, message: Message) -> None:
    onward = message.body["to_desk"]
    _check_accept(step, referral, onward)
    _deliver(step, referral)
    if referral.kind == "REQUEST":
        _grant(step, referral)
        return
    if referral.kind == "TRANSFER" and referral.giver != step.client.responsible:
        custody.recall(step, referral)
        return
    mark_accepted(step, referral)
    step.change(referral, "5", "ACCEPTED")
    arm_accepted(step, referral)
    step.news(referral, "5")
    if referral.kind == "TRANSFER":
        custody.accept_transfer(step, referral, lambda: onward and _pass_on(step, referral, onward))


def _grant(step: Step, request: Referral) -> None:
    """The responsible desk agrees: its own TRANSFER goes to the wished desk."""
    owner = step.client.responsible
    assert owner and request.wished
    mark_accepted(step, request)
    request.outcome = "TAKEN_OVER" if request.wished == owner else "REFERRED_ON"
    step.change(request, "5", "COMPLETED")
    if request.sender != step.actor:
        step.tell(request.sender, request, "STATUS", "SENDER")
    if request.wished != owner:
        _pass_on(step, request, request.wished)


def _pass_on(step: Step, parent: Referral, target: str) -> None:
    """A TRANSFER of the responsible desk's own, for what the other referral is about."""
    owner = step.client.responsible
    assert owner
    transfer = parent.child(
        step.new_id(),
        giver=owner,
        sender=owner,
        target=target,
        group=next((offer.group for offer in step.offers()), None),
        not_before=parent.not_before if parent.kind == "REQUEST" else None,
    )
    step.add(transfer)
    step.visit(transfer, "1")
    step.change(transfer, "1", "SUBMITTED", before=None)
    step.stop_duties()
    send_or_rest(step, transfer)
    step.news(transfer, "1", rested=transfer.rests)
    step.report_round(transfer)


# Rows 7 and 8.


def ask(step: Step, referral: Referral, message: Message) -> None:
    """What T2 has left is kept until the sender has answered (reading 57)."""
    _deliver(step, referral)
    left = calendar.working_ms(step.now, referral.clocks["T2"].due)
    referral.delivery = "SEEN"
    step.change(referral, "7", "INFO_NEEDED")
    referral.left = left
    step.arm(referral, "T3", "SENDER")
    step.news(referral, "7")


def answer(step: Step, referral: Referral, message: Message) -> None:
    left = calendar.add_working_ms(step.now, referral.left or 0)
    due = max(left, calendar.add_working_days(step.now, ANSWER_DAYS))
    step.change(referral, "8", "OFFERED")
    step.arm_at(referral, "T2", "TARGET", due)
    step.news(referral, "8")


# Rows 13, 14, 30 and 31.


def _who_cancels(message: Message) -> str:
    by_client = message.body["actor"].get("role") == "CLIENT"
    return "CLIENT" if by_client or message.body["reason"] == "CLIENT_DECLINED" else "SENDER"


def ask_to_cancel(step: Step, referral: Referral, message: Message) -> None:
    referral.cancel_by = _who_cancels(message)
    step.change(referral, "13", "CANCEL_REQUESTED")
    step.arm(referral, "T8", "TARGET")
    step.news(referral, "13")


def confirm_cancel(step: Step, referral: Referral, message: Message) -> None:
    goes_back = referral.cancel_by == "SENDER" and custody.may_give_back(step, referral)
    moved = goes_back and custody.give_back(step, referral)
    step.change(referral, "14", "CANCELLED")
    step.arm_duty(referral)
    step.news(referral, "14")
    if moved:
        custody.follow_owner(step)


def vanished(step: Step, referral: Referral, message: Message) -> None:
    """Row 30: the sender's own snapshot has it no more; it is the sender's to say why."""
    if "T4" in referral.clocks:
        return
    step.change(referral, "30", referral.state)
    step.arm(referral, "T4", "SENDER")
    step.news(referral, "30")


def recognition(step: Step, referral: Referral, message: Message) -> None:
    """Row 31: its employer may train nobody any more; who has the client hears it."""
    if not referral.is_open:
        return
    assert step.client.owner is not None
    step.change(referral, "31", referral.state)
    step.tell(step.client.owner, referral, "STATUS", "OWNER")
