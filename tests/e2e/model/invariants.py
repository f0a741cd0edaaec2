"""invariants - what must hold of one client at every moment, and of every step."""

from collections import Counter
from collections.abc import Iterator

from .machine import Decision
from .rules import Config
from .state import ENDED_BADLY, Client

OWNER_ROWS = frozenset({"1", "1b", "5", "14", "17", "21", "23"})


def of_client(config: Config, client: Client) -> Iterator[str]:
    if not client.is_open:
        if any(each.is_open for each in client.referrals.values()):
            yield "25: CLOSED with an open referral"
        return
    owner = config.desks.get(client.owner or "")
    if owner is None or not owner.active:
        yield f"I1: responsible is {client.owner}, not an active desk"
    if client.owner_via is None:
        yield "I2: nothing gave responsibility"
    for referral in client.referrals.values():
        if referral.is_open and not referral.clocks:
            yield f"I3: {referral.id} is {referral.state} without a clock"
        if referral.kind == "TRANSFER" and referral.is_offer and referral.giver != client.owner:
            yield f"G2: {referral.id} is offered by {referral.giver}, who is not responsible"
    if client.next_action is None:
        yield "I4: OPEN without a next action"


def of_step(before: Client | None, decision: Decision, is_clock: bool = False) -> Iterator[str]:
    after = decision.client
    owned = before.responsible if before else None
    owns = after.responsible if after else None
    if decision.owner and (decision.owner[0] != owned or decision.owner[1] != owns):
        yield f"I2: {decision.owner} does not name old and new: {owned}, {owns}"
    if owns and owned != owns and not decision.owner:
        yield "I2: responsibility moved without being named"
    if decision.owner and not OWNER_ROWS & {each.row for each in decision.transitions}:
        yield "I2: responsibility moved by a row that may not"
    if decision.result != "APPLIED" and (decision.transitions or decision.owner):
        yield f"{decision.result} changes something"
    for each in decision.transitions:
        if is_clock and each.after not in (each.before, "SUBMITTED"):
            yield f"I7: a clock makes {each.after}"
        if each.after in ENDED_BADLY and owns and after and not after.next_action:
            yield f"I8: {each.after} leaves no dated duty"
    accepted = [
        each for each in decision.transitions if each.row == "5" and each.after == "ACCEPTED"
    ]
    if len(accepted) > 1:
        yield "I9: two acceptances at once"
    yield from _numbers(before, decision)


def _numbers(before: Client | None, decision: Decision) -> Iterator[str]:
    """Per referral and desk 1, 2, 3 …"""
    last: Counter[tuple[str, str]] = Counter()
    for referral in before.referrals.values() if before else ():
        for desk, number in referral.numbers.items():
            last[referral.id, desk] = number
    for told in decision.told:
        if told.number == 0:
            continue
        last[told.referral, told.desk] += 1
        if told.number != last[told.referral, told.desk]:
            yield f"handover {told.number} to {told.desk} about {told.referral} leaves a gap"
