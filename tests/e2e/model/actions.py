"""actions - the rows of the transition table that a StatusChange asks for."""

from copy import copy
from dataclasses import dataclass
from typing import Callable

from . import clients, escalation, merge, needs, offers, work
from .needs import Needs
from .state import OPEN_STATES, Message, Referral
from .step import Refused, Step

ALL = frozenset(
    OPEN_STATES | {"DECLINED", "CANCELLED", "COMPLETED", "CLOSED", "RECALLED", "ENTERED_IN_ERROR"}
)
UNDECIDED = frozenset({"OFFERED", "INFO_NEEDED"})
RUNNING = frozenset({"ACCEPTED", "IN_PROGRESS", "ON_HOLD"})
WORKED_ON = frozenset({"ACCEPTED", "IN_PROGRESS"})
PARTS = ("target", "giver", "sender", "owner", "coordinator")  # in which order they are looked for

Handler = Callable[[Step, Referral, Message], None]


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
                row.needs(step, referral, message)
    part = "hub" if by_hub else _part(step, rows, referral, message)
    if not by_hub:
        _check_stale(referral, message, step.actor)
    row = next((row for row in rows if part in row.parts and _legal(row, referral, part)), None)
    if row is None or row.do is None:
        raise Refused("ILLEGAL", f"{body['action']} is not possible in {referral.state}")
    before = copy(referral)
    _keep_time(step, referral, message)
    row.do(step, referral, message)
    if step.transitions and step.actor == referral.sender:
        step.stop_vanished(referral)
    if all(each.of is not referral for each in step.transitions):
        referral.target_at, referral.sender_at = before.target_at, before.sender_at


def may(step: Step, message: Message) -> bool:
    """Whether the acting desk has a part that the action asks for."""
    referral = step.client.referrals[message.body["referral"]]
    try:
        _part(step, TABLE[message.body["action"]], referral, message)
    except Refused:
        return False
    return True


def _part(step: Step, rows: tuple[Row, ...], referral: Referral, message: Message) -> str:
    """The part of the acting desk: the desk named, or the first with the part and partner."""
    desks = {
        "target": referral.target,
        "sender": referral.sender,
        "giver": referral.giver,
        "owner": step.client.owner,  # the last one of a CLOSED client, whose word comes too late
        "coordinator": _coordinator(step, message),
    }
    named = message.body["actor"]["desk"]
    for part in [part for part in PARTS if any(part in row.parts for row in rows)]:
        desk = step.config.desks.get(desks[part] or "")
        if desk and desk.partner == message.partner and named in (None, desk.id):
            step.actor = desk.id
            return part
    raise Refused("ILLEGAL", "not for this desk to do")


def _coordinator(step: Step, message: Message) -> str | None:
    """Who acts as the region's coordinator says so by its role (reading 36)."""
    if message.body["actor"].get("role") != "COORDINATOR":
        return None
    return step.config.coordinator_of_region(step.client.region)


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


def _keep_time(step: Step, referral: Referral, message: Message) -> None:
    """When the target or the sender spoke, by the part that it has before the row."""
    if step.actor == referral.target:
        referral.target_at = max(referral.target_at, message.occurred_at)
    elif step.actor == referral.sender:
        referral.sender_at = max(referral.sender_at, message.occurred_at)


_DECLINE = needs.fields("reason", "has_text", "suggested_desk")
_COMPLETE = needs.fields("outcome", "next_step")
_REASON, _TEXT = needs.fields("reason"), needs.fields("has_text")
_RETURN = needs.fields("reason", "has_text")

TABLE: dict[str, tuple[Row, ...]] = {
    "DELIVERED": (Row("2", ALL, ("hub", "target"), offers.delivered),),
    "UNDELIVERABLE": (Row("3", ALL, ("hub",), offers.undeliverable),),
    "SEEN": (Row("4", frozenset({"OFFERED"}), ("target",), offers.seen),),
    "ACCEPT": (Row("5", UNDECIDED, ("target",), offers.accept, needs.worker),),
    "DECLINE": (Row("6", UNDECIDED, ("target",), offers.decline, _DECLINE),),
    "ASK": (Row("7", frozenset({"OFFERED"}), ("target",), offers.ask, _TEXT),),
    "ANSWER": (Row("8", frozenset({"INFO_NEEDED"}), ("sender",), offers.answer, _TEXT),),
    "PROGRESS": (Row("10", WORKED_ON, ("target",), work.progress, needs.fields("progress")),),
    "HOLD": (Row("11", WORKED_ON, ("target",), work.hold, needs.hold),),
    "RESUME": (Row("11", frozenset({"ON_HOLD"}), ("target",), work.resume),),
    "CANCEL": (
        Row("12", frozenset({"SUBMITTED"}), ("sender",), offers.cancel, _REASON),
        Row("13", UNDECIDED | RUNNING, ("sender",), offers.ask_to_cancel),
    ),
    "CONFIRM_CANCEL": (
        Row("14", frozenset({"CANCEL_REQUESTED"}), ("target",), offers.confirm_cancel),
    ),
    "COMPLETE": (
        Row("15", frozenset({"CANCEL_REQUESTED"}), ("target",), work.complete_anyway, _COMPLETE),
        Row("18", RUNNING, ("target",), work.complete),
    ),
    "RETURN": (Row("16", RUNNING, ("target",), work.give_return, _RETURN),),
    "TAKE_BACK": (Row("17", frozenset({"RETURNED"}), ("giver",), work.take_back),),
    "ACKNOWLEDGE": (
        Row("19", frozenset({"COMPLETED"}), ("sender", "coordinator"), work.acknowledge),
    ),
    "DISPUTE": (Row("20", frozenset({"COMPLETED"}), ("sender",), work.dispute, _TEXT),),
    "ENTERED_IN_ERROR": (
        Row("21", ALL - {"ENTERED_IN_ERROR"}, ("sender",), clients.in_error, needs.error),
    ),
    "ASSIGN": (Row("23", ALL, ("coordinator",), clients.assign, needs.assign),),
    "CLOSE": (Row("25", ALL, ("owner",), clients.close, needs.closing),),
    "SIGN_OF_LIFE": (Row("26", ALL, ("owner",), clients.sign_of_life, needs.future),),
    "WITHDRAW_CONSENT": (Row("27", ALL, ("sender", "owner"), clients.withdraw_consent),),
    "MERGE": (Row("28", ALL, ("owner",), merge.begin, needs.merge),),
    "REVIEW": (Row("29", WORKED_ON, ("target",), work.review, needs.review),),
    "VANISHED": (Row("30", OPEN_STATES, ("hub",), offers.vanished),),
    "RECOGNITION": (Row("31", ALL, ("hub",), offers.recognition),),
    "NOT_TOLD": (Row("22", ALL, ("hub",), escalation.not_told),),
}
