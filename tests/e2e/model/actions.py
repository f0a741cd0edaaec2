"""actions - the rows of the transition table that a StatusChange asks for."""

from dataclasses import dataclass
from typing import Callable

from . import calendar
from .referring import arm_accepted, send_or_rest
from .state import NO_TAG, OPEN_STATES, Message, Referral
from .step import OPS, Refused, Step

ALL = frozenset(
    OPEN_STATES | {"DECLINED", "CANCELLED", "COMPLETED", "CLOSED", "RECALLED", "ENTERED_IN_ERROR"}
)
UNDECIDED = frozenset({"OFFERED", "INFO_NEEDED"})

Handler = Callable[[Step, Referral, Message], None]
Needs = Callable[[Step, Message], None]


@dataclass(frozen=True)
class Row:
    """states: from which it is legal. parts: who may. do None: the hub does not take it yet."""

    number: str
    states: frozenset[str]
    parts: tuple[str, ...]
    do: Handler | None = None
    needs: Needs | None = None


def act(step: Step, message: Message) -> None:
    body = message.body
    referral = step.client.referrals.get(body["referral"])
    if referral is None:
        raise Refused("UNKNOWN_CASE", "no client has this referral")
    if body["action"] == "UNKNOWN":
        raise Refused("UNKNOWN_CODE", "the partner's code is not in the mapping")
    rows = TABLE.get(body["action"], ())
    by_hub = message.partner == "hub"
    if not by_hub:
        for row in rows:
            if row.needs:
                row.needs(step, message)
    part = "hub" if by_hub else _part(step, rows, referral, message)
    if not by_hub:
        _check_stale(referral, message, step.actor)
    row = next((row for row in rows if part in row.parts and _legal(row, referral, part)), None)
    if row is None or row.do is None:
        raise Refused("ILLEGAL", f"{body['action']} is not possible in {referral.state}")
    row.do(step, referral, message)
    if step.transitions:
        _keep_time(referral, message, step.actor)


def _part(step: Step, rows: tuple[Row, ...], referral: Referral, message: Message) -> str:
    """The part of the acting desk: the desk named, or the first with the part and partner."""
    desks = {
        "target": referral.target,
        "sender": referral.sender,
        "giver": referral.giver,
        "owner": step.client.responsible,
    }
    named = message.body["actor"]["desk"]
    for part in [part for row in rows for part in row.parts]:
        desk = step.config.desks.get(desks.get(part) or "")
        if desk and desk.partner == message.partner and named in (None, desk.id):
            step.actor = desk.id
            return part
    raise Refused("ILLEGAL", "not for this desk to do")


def _legal(row: Row, referral: Referral, part: str) -> bool:
    if referral.state in row.states:
        return True
    return part == "target" and referral.state == "SUBMITTED" and "OFFERED" in row.states


def _check_stale(referral: Referral, message: Message, actor: str | None) -> None:
    seen = message.body["seen_version"]
    if seen is not None:
        if seen < referral.version:
            raise Refused("STALE", f"the referral is at version {referral.version}")
        return
    last = (
        referral.target_at
        if actor == referral.target
        else referral.sender_at
        if actor == referral.sender
        else 0
    )
    if message.occurred_at < last:
        raise Refused("STALE", "a later message of this desk was applied")


def _keep_time(referral: Referral, message: Message, actor: str | None) -> None:
    if actor is None:
        return
    if actor == referral.target:
        referral.target_at = max(referral.target_at, message.occurred_at)
    elif actor == referral.sender:
        referral.sender_at = max(referral.sender_at, message.occurred_at)


# What a message must bring.


def _need(*names: str) -> Needs:
    def needs(step: Step, message: Message) -> None:
        for name in names:
            if not message.body[name]:
                raise Refused("INVALID", f"{name} is missing", name)

    return needs


def _need_worker(step: Step, message: Message) -> None:
    if not message.body["actor"]["worker"]:
        raise Refused("INVALID", "a named worker or team must accept", "actor.worker")


def _need_closing(step: Step, message: Message) -> None:
    _need("closing_reason")(step, message)
    reason, worker, second = (
        message.body["closing_reason"],
        message.body["actor"]["worker"],
        message.body["second_worker"],
    )
    if reason == "MERGED_INTO":
        raise Refused("INVALID", "only a merge closes with MERGED_INTO", "closing_reason")
    if reason == "UNREACHABLE" and (not worker or not second or worker == second):
        raise Refused("INVALID", "UNREACHABLE needs a second person", "second_worker")


def _need_future(step: Step, message: Message) -> None:
    day = message.body["next_date"]
    today = calendar.day_of(step.now)
    if day is not None and not today <= day <= today + calendar.AHEAD_MAX:
        raise Refused("INVALID", "next_date lies in the past or too far ahead", "next_date")


# Rows 2 to 4, 6 and 12.


def _deliver(step: Step, referral: Referral) -> None:
    """Row 2, also ahead of the target's own act."""
    if referral.state != "SUBMITTED":
        return
    referral.delivery = "DELIVERED"
    step.change(referral, "2", "OFFERED")
    step.arm(referral, "T1", "TARGET")
    step.arm(referral, "T2", "TARGET")


def delivered(step: Step, referral: Referral, message: Message) -> None:
    _deliver(step, referral)


def undeliverable(step: Step, referral: Referral, message: Message) -> None:
    if referral.state != "SUBMITTED" or referral.delivery == "UNDELIVERABLE":
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
    step.change(referral, "12", "CANCELLED")
    step.arm_duty(referral)
    step.news(referral, "12", rested)


# Row 5.


def accept(step: Step, referral: Referral, message: Message) -> None:
    _deliver(step, referral)
    if referral.kind == "REQUEST":
        _grant(step, referral)
        return
    if referral.kind == "TRANSFER" and referral.giver != step.client.responsible:
        recall(step, referral)
        return
    referral.accepted = True
    step.change(referral, "5", "ACCEPTED")
    arm_accepted(step, referral)
    step.news(referral, "5")
    if referral.kind == "TRANSFER":
        _move(step, referral)


def _move(step: Step, referral: Referral) -> None:
    """Responsibility goes to the target: siblings are recalled, G3, REQUESTs follow."""
    siblings = [offer for offer in step.offers() if offer is not referral]
    former = step.client.referrals.get(step.client.owner_via or "")
    step.own(referral.target, referral.id)
    for sibling in siblings:
        recall(step, sibling)
    if (
        former
        and former is not referral
        and former.kind == "TRANSFER"
        and former.accepted
        and former.is_open
    ):
        step.change(former, "18", "COMPLETED")
        step.arm(former, "T9", "SENDER")
        step.news(former, "18")
    follow_owner(step)


def recall(step: Step, referral: Referral) -> None:
    rested = referral.rests
    step.change(referral, "9", "RECALLED")
    step.news(referral, "9", rested)


def follow_owner(step: Step) -> None:
    """What a change of owner does to the open REQUESTs."""
    owner = step.client.responsible
    assert owner
    for request in [
        each for each in step.client.referrals.values() if each.kind == "REQUEST" and each.is_open
    ]:
        if owner == request.wished:
            step.change(request, "18", "COMPLETED")
            step.arm(request, "T9", "SENDER")
            step.news(request, "18")
        elif owner == request.sender:
            recall(step, request)
        elif owner != request.target:
            step.tell(request.target, request, "RECALL", "TARGET")
            request.giver = request.target = owner
            request.delivery, request.target_at = "QUEUED", 0
            step.change(request, "1d", "SUBMITTED")
            step.arm(request, "T0", "HUB")
            step.tell(owner, request, "OFFER", "TARGET")
            if request.sender != step.actor:
                step.tell(request.sender, request, "STATUS", "SENDER")


def _grant(step: Step, request: Referral) -> None:
    """The responsible desk agrees: its own TRANSFER goes to the wished desk."""
    owner = step.client.responsible
    assert owner and request.wished
    request.accepted = True
    step.change(request, "5", "COMPLETED")
    step.arm(request, "T9", "SENDER")
    if request.sender != step.actor:
        step.tell(request.sender, request, "STATUS", "SENDER")
    if request.wished == owner:
        return
    group = next((offer.group for offer in step.offers()), None)
    transfer = Referral(
        id=step.new_id(),
        kind="TRANSFER",
        subject=request.subject,
        giver=owner,
        sender=owner,
        target=request.wished,
        wished=None,
        group=group,
        question=request.question,
        urgent=request.urgent,
        digest=NO_TAG,
        created_by=NO_TAG,
        not_before=request.not_before,
        expires_at=request.expires_at,
        review_every=request.review_every,
        parent=request.id,
    )
    step.add(transfer)
    step.change(transfer, "1", "SUBMITTED", before=None)
    step.stop_duties()
    send_or_rest(step, transfer)
    step.news(transfer, "1", rested=transfer.rests)


# Rows 18 and 25 to 27.


def complete(step: Step, referral: Referral, message: Message) -> None:
    step.change(referral, "18", "COMPLETED")
    step.arm(referral, "T9", "SENDER")
    step.news(referral, "18")


def close(step: Step, referral: Referral, message: Message) -> None:
    client = step.client
    if any(each.is_open for each in client.referrals.values()):
        raise Refused("ILLEGAL", "a referral is still open: end it first")
    step.change(referral, "25", referral.state)
    client.status, client.closing_reason = "CLOSED", message.body["closing_reason"]
    client.clocks = {}
    for each in client.referrals.values():
        each.clocks = {}
    via = client.referrals.get(client.owner_via or "")
    if via and via.sender != step.actor:
        step.tell(via.sender, via, "STATUS", "SENDER")


def sign_of_life(step: Step, referral: Referral, message: Message) -> None:
    step.change(referral, "26", referral.state)
    day = message.body["next_date"]
    if day is not None:
        step.stop_duties()
    step.arm_sign_of_life(None if day is None else calendar.start_of(day))


def withdraw_consent(step: Step, referral: Referral, message: Message) -> None:
    client = step.client
    step.change(referral, "27", referral.state)
    client.consent = "WITHDRAWN"
    done = {step.actor}
    for each in client.referrals.values():
        if each.is_open and not each.rests and each.target != step.actor:
            done.add(each.target)
            step.tell(each.target, each, "STATUS", "TARGET")
    via = client.referrals.get(client.owner_via or "")
    if via and client.responsible not in done:
        step.tell(client.responsible or "", via, "STATUS", "OWNER")


def _open_client(handler: Handler) -> Handler:
    def guarded(step: Step, referral: Referral, message: Message) -> None:
        if not step.client.is_open:
            raise Refused("ILLEGAL", "nobody is responsible for this client now")
        handler(step, referral, message)

    return guarded


RUNNING = frozenset({"ACCEPTED", "IN_PROGRESS", "ON_HOLD"})

TABLE: dict[str, tuple[Row, ...]] = {
    "DELIVERED": (Row("2", ALL, ("hub", "target"), delivered),),
    "UNDELIVERABLE": (Row("3", ALL, ("hub",), undeliverable),),
    "SEEN": (Row("4", frozenset({"OFFERED"}), ("target",), seen),),
    "ACCEPT": (Row("5", UNDECIDED, ("target",), accept, _need_worker),),
    "DECLINE": (
        Row("6", UNDECIDED, ("target",), decline, _need("reason", "has_text", "suggested_desk")),
    ),
    "ASK": (Row("7", frozenset({"OFFERED"}), ("target",)),),
    "ANSWER": (Row("8", frozenset({"INFO_NEEDED"}), ("sender",)),),
    "PROGRESS": (Row("10", frozenset({"ACCEPTED", "IN_PROGRESS"}), ("target",)),),
    "HOLD": (Row("11", frozenset({"ACCEPTED", "IN_PROGRESS"}), ("target",)),),
    "RESUME": (Row("11", frozenset({"ON_HOLD"}), ("target",)),),
    "CANCEL": (
        Row("12", frozenset({"SUBMITTED"}), ("sender",), cancel, _need("reason")),
        Row("13", frozenset({"OFFERED", "INFO_NEEDED"}) | RUNNING, ("sender",)),
    ),
    "CONFIRM_CANCEL": (Row("14", frozenset({"CANCEL_REQUESTED"}), ("target",)),),
    "COMPLETE": (
        Row("18", RUNNING, ("target",), complete, _need("outcome", "next_step")),
        Row("15", frozenset({"CANCEL_REQUESTED"}), ("target",)),
    ),
    "RETURN": (Row("16", RUNNING, ("target",)),),
    "TAKE_BACK": (Row("17", frozenset({"RETURNED"}), ("giver",)),),
    "ACKNOWLEDGE": (Row("19", frozenset({"COMPLETED"}), ("sender",)),),
    "DISPUTE": (Row("20", frozenset({"COMPLETED"}), ("sender",)),),
    "ENTERED_IN_ERROR": (Row("21", ALL, ("sender",)),),
    "ASSIGN": (Row("23", ALL, ("coordinator",)),),
    "CLOSE": (Row("25", ALL, ("owner",), _open_client(close), _need_closing),),
    "SIGN_OF_LIFE": (Row("26", ALL, ("owner",), _open_client(sign_of_life), _need_future),),
    "WITHDRAW_CONSENT": (Row("27", ALL, ("sender", "owner"), _open_client(withdraw_consent)),),
    "MERGE": (Row("28", ALL, ("owner",)),),
    "REVIEW": (Row("29", frozenset({"ACCEPTED", "IN_PROGRESS"}), ("target",)),),
    "VANISHED": (Row("30", OPEN_STATES, ("hub",)),),
}
