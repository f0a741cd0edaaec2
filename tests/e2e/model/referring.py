"""referring - rows 1 to 1d and 24: what a Referral does."""

from . import calendar, rules
from .state import Message, Referral
from .step import Refused, Step

NEVER_AGAIN = ("MERGED_INTO", "ENTERED_IN_ERROR")


def refer(step: Step, message: Message) -> None:
    body = message.body
    sender = _sender(step, message)
    step.actor = body["from_desk"]
    _check(step, body)
    known = step.client.referrals.get(body["referral"])
    if known and known.digest == message.tags[1]:  # it had vanished and is there again
        step.stop_vanished(known)
        return
    if known:
        _amend(step, message, known, sender)
        return
    if step.client.closing_reason in NEVER_AGAIN:
        raise Refused("ILLEGAL", "the client was closed for good")
    region = _region(step, body)
    step.routing = rules.find_desk(
        step.config, body, message.partner, region, calendar.day_of(step.now)
    )
    _settle_region(step, body, region)
    _settle_consent(step, body)
    if message.match:
        step.client.match = message.match
    owner = step.client.responsible
    if owner is None:
        _take_in(step, message, sender, region)
    elif body["kind"] == "SERVICE":
        _offer(step, _make(step, message, giver=owner, sender=sender))
    elif body["from_desk"] == owner:
        _check_group(step, body)
        _offer(step, _make(step, message, giver=owner, sender=sender))
    else:
        _request(step, message, owner, sender)


def _sender(step: Step, message: Message) -> str:
    name = message.body["from_desk"]
    if name is None:
        return step.config.partners[message.partner].home_desk
    desk = step.config.desks.get(name)
    if desk is None or desk.partner != message.partner:
        raise Refused("INVALID", "not a desk of the sending partner", "from_desk")
    return name


def _check(step: Step, body: rules.Body) -> None:
    basis = body["legal_basis"]
    if basis["kind"] == "CONSENT" and basis["given_at"] is None:
        raise Refused("INVALID", "consent needs the time it was given", "legal_basis.given_at")
    latest = calendar.day_of(step.now) + calendar.AHEAD_MAX
    if body["not_before"] is not None and body["not_before"] > latest:
        raise Refused("INVALID", "not_before lies too far ahead", "not_before")
    if body["subject"] == "EMPLOYER" and not body["employer"]:
        raise Refused("INVALID", "subject EMPLOYER needs an employer", "employer")
    if body["to_desk"] is not None and body["to_desk"] not in step.config.desks:
        raise Refused("INVALID", "no such desk", "to_desk")


def _region(step: Step, body: rules.Body) -> str:
    region = rules.region_of(step.config, body, step.client.region, calendar.day_of(step.now))
    if region is None:
        raise Refused("INVALID", "neither region nor municipality leads to a region", "region")
    return region


def _settle_region(step: Step, body: rules.Body, region: str) -> None:
    if step.client.region is None or body["region"] or body["municipality"]:
        step.client.region = region


def _settle_consent(step: Step, body: rules.Body) -> None:
    """Reading 35; what was withdrawn after it was given stays so (reading 96)."""
    basis, withdrawn = body["legal_basis"], step.client.withdrawn_at
    if basis["kind"] == "CONSENT" and (withdrawn is None or basis["given_at"] > withdrawn):
        step.client.consent = "GIVEN"


def _make(
    step: Step, message: Message, giver: str, sender: str, kind: str | None = None
) -> Referral:
    body = message.body
    assert step.routing
    kind = kind or ("TRANSFER" if body["kind"] == "REQUEST" else body["kind"])
    target = giver if kind == "REQUEST" else step.routing.desk
    referral = Referral(
        id=body["referral"],
        kind=kind,
        subject=body["subject"],
        giver=giver,
        sender=sender,
        target=target,
        wished=step.routing.desk if kind == "REQUEST" else None,
        group=body["group"],
        question=body["question"],
        urgent=body["urgency"] == "URGENT",
        digest=message.tags[1],
        created_by=message.tags[0],
        not_before=body["not_before"],
        expires_at=body["expires_at"],
        review_every=body["review_every"],
        sender_at=message.occurred_at,
    )
    step.need_room()
    step.add(referral)
    return referral


def _take_in(step: Step, message: Message, sender: str, region: str) -> None:
    """The sender becomes responsible, or the entry desk (1b); a CLOSED client opens (24)."""
    body = message.body
    holds = body["from_desk"] is not None and step.config.desks[sender].holds
    giver = sender if holds else step.config.regions[region].entry_desk
    row = "1" if holds else "1b"
    referral = _make(step, message, giver, sender)
    step.own(giver, referral.id)
    if referral.target != giver:
        _offer(step, referral, row)
        return
    mark_accepted(step, referral)
    step.visit(referral, row)
    step.change(referral, row, "ACCEPTED", before=None)
    arm_accepted(step, referral)
    if referral.target != step.actor:
        step.tell(referral.target, referral, "DETAILS", "TARGET")
    step.report_round(referral)


def mark_accepted(step: Step, referral: Referral) -> None:
    referral.accepted, referral.accepted_at = True, step.now


def arm_contact(step: Step, referral: Referral) -> None:
    step.arm(referral, "T5", "TARGET")
    if referral.kind == "SERVICE":
        step.arm(referral, "T6", "TARGET")


def arm_accepted(step: Step, referral: Referral) -> None:
    arm_contact(step, referral)
    step.arm_review(referral)


def _check_group(step: Step, body: rules.Body) -> None:
    """G1: the responsible desk has one open group."""
    for offer in step.offers():
        if body["group"] is None or offer.group != body["group"]:
            raise Refused("ILLEGAL", "the client has an open offer: cancel it, or use its group")


def _offer(step: Step, referral: Referral, row: str = "1") -> None:
    """SUBMITTED: goes out now, or rests until not_before."""
    if referral.target == step.actor:
        raise Refused("ILLEGAL", "the route leads to the sending desk itself: name another desk")
    step.visit(referral, row)
    step.change(referral, row, "SUBMITTED", before=None)
    if step.actor == step.client.responsible:
        step.stop_duties()
    send_or_rest(step, referral)
    step.news(referral, row, rested=referral.rests)
    step.report_round(referral)


def send_or_rest(step: Step, referral: Referral) -> None:
    if referral.not_before is not None and referral.not_before > calendar.day_of(step.now):
        step.arm_at(referral, "T12", "HUB", calendar.start_of(referral.not_before))
    else:
        step.arm(referral, "T0", "HUB")


def _request(step: Step, message: Message, owner: str, sender: str) -> None:
    """Row 1d: somebody else is responsible; it is asked to transfer."""
    referral = _make(step, message, owner, sender, "REQUEST")
    step.change(referral, "1d", "SUBMITTED", before=None)
    step.arm(referral, "T0", "HUB")
    step.tell(step.config.partners[message.partner].home_desk, referral, "VERDICT", "SENDER")
    step.news(referral, "1d")


def _amend(step: Step, message: Message, referral: Referral, sender: str) -> None:
    """Row 1c: the same referral again."""
    body = message.body
    if sender != referral.sender or referral.state == "ENTERED_IN_ERROR":
        raise Refused("ILLEGAL", "only the sender amends a referral")
    if not _same_kind(body["kind"], referral.kind) or not _same_target(step, message, referral):
        raise Refused("ILLEGAL", "another target or kind: cancel and refer anew")
    if message.occurred_at < referral.sender_at:
        raise Refused("STALE", "a later message of this sender was applied")
    terms = referral.expires_at, referral.review_every
    rested = referral.rests
    referral.question, referral.urgent = body["question"], body["urgency"] == "URGENT"
    referral.not_before, referral.expires_at = body["not_before"], body["expires_at"]
    referral.review_every = body["review_every"]
    referral.digest = message.tags[1]
    referral.sender_at = message.occurred_at
    _settle_region(step, body, _region(step, body))
    if message.match:
        step.client.match = message.match
    step.change(referral, "1c", referral.state)
    step.stop_vanished(referral)
    is_offered = referral.is_open and (referral.state != "SUBMITTED" or referral.accepted)
    if is_offered and terms != (referral.expires_at, referral.review_every):
        step.arm_review(referral)
    if rested:
        referral.clocks.pop("T12")
        send_or_rest(step, referral)
    if referral.is_open and not referral.rests:
        step.tell(referral.target, referral, "DETAILS" if referral.accepted else "OFFER", "TARGET")


def _same_kind(asked: str, kind: str) -> bool:
    return asked == kind or {asked, kind} == {"TRANSFER", "REQUEST"}


def _same_target(step: Step, message: Message, referral: Referral) -> bool:
    asked = message.body["to_desk"]
    target = referral.wished or referral.target
    if asked is None or asked == target:
        return True
    day = calendar.day_of(step.now)
    return (
        rules.find_desk(
            step.config, message.body, message.partner, _region(step, message.body), day
        ).desk
        == target
    )
