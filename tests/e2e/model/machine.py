"""machine - what a message means for a client: one Event's worth of change, or why not."""

import dataclasses
from dataclasses import dataclass
from typing import Callable

from . import actions, merge, referring, rules
from .rules import Config
from .state import RECENT_MAX, Client, Message, Word
from .step import Refused, Step, Told, Transition, is_vanished


def no_id() -> str:
    """Where no id is at hand for a referral that the hub makes."""
    return "0" * 32


@dataclass
class Decision:
    """client: as it is afterwards; None: still nobody by that name."""

    result: str
    client: Client | None
    code: str | None = None
    field: str | None = None
    text: str | None = None
    transitions: list[Transition] = dataclasses.field(default_factory=list)
    told: list[Told] = dataclasses.field(default_factory=list)
    owner: tuple[str | None, str, str] | None = None
    routing: rules.Choice | None = None
    at: int = 0  # when it was applied
    word: Word | None = None  # to another client


def apply(
    config: Config,
    client: Client | None,
    message: Message,
    now: int,
    new_id: Callable[[], str] = no_id,
    redrive: int = 0,
    skip: bool = False,
) -> Decision:
    """One readable message. client None: nobody by that name, or with that referral, is known."""
    if client is not None and redrive:
        if redrive <= client.redriven:
            return Decision("DUPLICATE", client)
        if redrive > client.redriven + 1:
            return Decision("PARKED", client, "PARKED")
        client = client.copy()
        client.redriven += 1
        if skip:
            return Decision("APPLIED", client)
    elif client is not None and not client.flows:
        return park(client, "PARKED", "PARKED")
    known = client
    if client is None and message.client is None:
        return _rejected(
            config, None, message, Refused("UNKNOWN_CASE", "no client has this referral")
        )
    working = client.copy() if client else Client(message.client or "")
    step = Step(config, working, now, new_id)
    try:
        repeat = _repeat(working, message)
        if repeat:
            return Decision("DUPLICATE", known)
        if merge.hear(step, message) or merge.hear_withdrawal(step, message):
            pass
        elif merge.is_sent_on(step, message, actions.may):
            merge.send_on(step, message)
            return Decision("FORWARDED", working, at=now, word=step.word)
        elif message.type == "Referral":
            referring.refer(step, message)
        else:
            actions.act(step, message)
    except Refused as refused:
        return _rejected(config, known, message, refused)
    if is_told_once(message):
        working.recent = [*working.recent, message.tags][-RECENT_MAX:]
    working.version += 1
    step.settle_next_action()
    return Decision(
        "APPLIED",
        working,
        transitions=step.transitions,
        told=step.told,
        owner=step.owner,
        routing=step.routing,
        at=now,
        word=step.word,
    )


def park(client: Client | None, result: str, code: str, name: str = "") -> Decision:
    """A message that must wait, or (REJECTED) the unreadable one for which others wait."""
    client = client.copy() if client else Client(name)
    client.parked += 1
    client.version += 1
    return Decision(result, client, code)


def is_told_once(message: Message) -> bool:
    """The hub's own word may come again at will, but not that of an employer (reading 103)."""
    return message.partner != "hub" or message.body.get("action") == "RECOGNITION"


def _repeat(client: Client, message: Message) -> bool:
    is_referral = message.type == "Referral"
    for seen, digest in client.recent:
        if seen == message.tags[0] and not (is_referral and message.derived_reference):
            if digest != message.tags[1]:
                raise Refused("CONFLICT", "this reference was used for another content")
            return True
    if message.body.get("action") == "ASSIGN":
        made = (message.tags[0], message.body["referral"], message.body["to_desk"])
        return any(each.made_by == made for each in client.referrals.values())
    referral = client.referrals.get(message.body["referral"]) if is_referral else None
    if referral is None or referral.digest != message.tags[1]:
        return False
    clock = referral.clocks.get("T4")
    return clock is None or not is_vanished(clock)  # else it is there again


def _has_part(config: Config, client: Client, message: Message) -> bool:
    """Whether a desk of this partner has to do with the referral (reading 95)."""
    referral = client.referrals[message.body["referral"]]
    coordinator = config.coordinator_of_region(client.region)
    desks = referral.target, referral.giver, referral.sender, client.owner, coordinator
    known = [config.desks[name] for name in desks if name in config.desks]
    return any(desk.partner == message.partner for desk in known)


def _rejected(
    config: Config, client: Client | None, message: Message, refused: Refused
) -> Decision:
    """The partner's home desk gets a verdict, numbered where the client has the referral."""
    told: list[Told] = []
    partner = config.partners.get(message.partner)
    name = message.body.get("referral") or ""
    if partner and client and name in client.referrals and _has_part(config, client, message):
        client = client.copy()
        step = Step(config, client, 0, no_id)
        step.tell(partner.home_desk, client.referrals[name], "VERDICT", "SENDER")
        told = step.told
    elif partner:
        told = [Told(partner.home_desk, name, 0, "VERDICT", "SENDER")]
    rejected = Decision("REJECTED", client, refused.code, refused.field, str(refused), told=told)
    rejected.word = merge.refusal(message, client.id if client else message.client)
    return rejected
