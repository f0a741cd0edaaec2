"""needs - what a message must bring for the row that it asks for (readings 29, 56 and 68)."""

from typing import Callable

from . import calendar
from .state import Message, Referral
from .step import Refused, Step, last_day

Needs = Callable[[Step, Referral, Message], None]
HOLD_MAX = 90  # days until a hold is looked at again


def fields(*names: str) -> Needs:
    def needs(step: Step, referral: Referral, message: Message) -> None:
        for name in names:
            if not message.body[name]:
                raise Refused("INVALID", f"{name} is missing", name)

    return needs


def worker(step: Step, referral: Referral, message: Message) -> None:
    if not message.body["actor"]["worker"]:
        raise Refused("INVALID", "a named worker or team must accept", "actor.worker")
    if message.body["to_desk"] is not None and message.body["to_desk"] not in step.config.desks:
        raise Refused("INVALID", "no such desk to pass the client on to", "to_desk")


def _second_person(message: Message, what: str) -> None:
    first, second = message.body["actor"]["worker"], message.body["second_worker"]
    if not first or not second or first == second:
        raise Refused("INVALID", f"{what} needs a second person", "second_worker")


def closing(step: Step, referral: Referral, message: Message) -> None:
    fields("closing_reason")(step, referral, message)
    reason = message.body["closing_reason"]
    if reason == "MERGED_INTO":
        raise Refused("INVALID", "only a merge closes with MERGED_INTO", "closing_reason")
    if reason == "UNREACHABLE":
        _second_person(message, reason)


def future(step: Step, referral: Referral, message: Message) -> None:
    day = message.body["next_date"]
    today = calendar.day_of(step.now)
    if day is not None and not today <= day <= today + calendar.AHEAD_MAX:
        raise Refused("INVALID", "next_date lies in the past or too far ahead", "next_date")


def hold(step: Step, referral: Referral, message: Message) -> None:
    fields("hold_reason", "next_date")(step, referral, message)
    today = calendar.day_of(step.now)
    if not today < message.body["next_date"] <= today + HOLD_MAX:
        raise Refused("INVALID", "a hold is reviewed within 90 days", "next_date")


def error(step: Step, referral: Referral, message: Message) -> None:
    fields("reason")(step, referral, message)
    if referral.accepted:
        _second_person(message, "an accepted referral")


def assign(step: Step, referral: Referral, message: Message) -> None:
    fields("reason", "to_desk")(step, referral, message)
    if message.body["to_desk"] not in step.config.desks:
        raise Refused("INVALID", "no such desk", "to_desk")


def merge(step: Step, referral: Referral, message: Message) -> None:
    if not message.body["actor"]["worker"]:
        raise Refused("INVALID", "only a person may say that two are one", "actor.worker")
    if not message.body["other_referral"] or not message.body["other_client"]:
        raise Refused("INVALID", "other_referral is missing", "other_referral")


def review(step: Step, referral: Referral, message: Message) -> None:
    if message.body["review"] not in ("CONTINUE", "OUTFLOW"):
        raise Refused("INVALID", "review is missing", "review")
    if message.body["review"] == "OUTFLOW" or not referral.review_every or not referral.accepted:
        return
    if calendar.day_of(step.now) >= last_day(referral):
        raise Refused("INVALID", "the place has had its months: it is for outflow", "review")
