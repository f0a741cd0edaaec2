"""invariants - what must hold of one client at every moment, and of every step."""

from collections import Counter
from collections.abc import Iterator

from .machine import Decision
from .rules import Config
from .state import ENDED_BADLY, Client, Referral

ROWS = (
    "1 1b 1c 1d 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 25 26 27 28 29 30".split()
)
OWNER_ROWS = frozenset({"1", "1b", "5", "14", "17", "21", "23"})
GIVES_BACK = frozenset({"14", "17", "21"})


def of_client(config: Config, client: Client) -> Iterator[str]:
    if not client.is_open:
        if any(each.is_open for each in client.referrals.values()):
            yield "25: CLOSED with an open referral"
        if set(client.clocks) - {"T11"} or any(each.clocks for each in client.referrals.values()):
            yield "I3: CLOSED, and a clock other than T11 is armed"
        return
    if "T11" in client.clocks:
        yield "I3: OPEN, and T11 of a closed one is armed"
    owner = config.desks.get(client.owner or "")
    if owner is None or not owner.active:
        yield f"I1: responsible is {client.owner}, not an active desk"
    if client.owner_via is None:
        yield "I2: nothing gave responsibility"
    for referral in client.referrals.values():
        if referral.is_open and not referral.clocks and not _is_client_life(client, referral):
            yield f"I3: {referral.id} is {referral.state} without a clock"
        if referral.kind == "TRANSFER" and referral.is_offer and referral.giver != client.owner:
            yield f"G2: {referral.id} is offered by {referral.giver}, who is not responsible"
        if referral.state == "RETURNED" and "T2" not in referral.clocks:
            yield f"I8: {referral.id} is RETURNED and nobody is to take it back"
        if referral.kind == "TRANSFER" and referral.accepted and referral.is_open:
            if referral.id != client.owner_via:
                yield f"I9: {referral.id} is accepted, and another gave the client to its desk"
    if client.next_action is None:
        yield "I4: OPEN without a next action"


def _is_client_life(client: Client, referral: Referral) -> bool:
    """Reading 74: the client's T6 is the clock of the work by which its desk has it."""
    gave = referral.kind == "TRANSFER" and referral.accepted and referral.id == client.owner_via
    return gave and referral.state == "IN_PROGRESS" and "T6" in client.clocks


def of_step(before: Client | None, decision: Decision, is_clock: bool = False) -> Iterator[str]:
    after = decision.client
    owned = before.responsible if before else None
    owns = after.responsible if after else None
    if decision.owner and (decision.owner[0] != owned or decision.owner[1] != owns):
        yield f"I2: {decision.owner} does not name old and new: {owned}, {owns}"
    if owns and owned != owns and not decision.owner:
        yield "I2: responsibility moved without being named"
    if decision.owner and decision.owner[2] not in _owner_rows(decision):
        yield f"I2: {decision.owner}: responsibility moved by a row that may not"
    if decision.result != "APPLIED" and (decision.transitions or decision.owner):
        yield f"{decision.result} changes something"
    for each in decision.transitions:
        if is_clock and each.after not in (each.before, "SUBMITTED"):
            yield f"I7: a clock makes {each.after}"
        if each.after in ENDED_BADLY and each.before not in ENDED_BADLY and after:
            yield from _duty(after, each.of)
        if each.row in GIVES_BACK and decision.owner and decision.owner[2] == each.referral:
            yield from _given_back(before, decision, each.of)
        if each.row == "23" and after and _left(after):
            yield "G6: an offer or another desk's transfer outlives the coordinator's decision"
    accepted = [
        each for each in decision.transitions if each.row == "5" and each.after == "ACCEPTED"
    ]
    if len(accepted) > 1:
        yield "I9: two acceptances at once"
    yield from _numbers(before, decision)


def _owner_rows(decision: Decision) -> set[str]:
    """The referrals by whose transition responsibility may have moved."""
    return {each.referral for each in decision.transitions if each.row in OWNER_ROWS}


def _duty(client: Client, referral: Referral) -> Iterator[str]:
    """I8: the desk that is to refer again has a day for it (reading 61)."""
    if not client.is_open or referral.kind == "REQUEST":
        return
    had_client = referral.kind == "TRANSFER" and referral.accepted
    if referral.giver == client.owner or had_client:
        if "T4" not in referral.clocks:
            yield f"I8: {referral.id} is {referral.state} and leaves no dated duty"


def _given_back(before: Client | None, decision: Decision, referral: Referral) -> Iterator[str]:
    """G4: to the giver, and only by the referral that had given it."""
    assert decision.owner
    if before is None or before.owner_via != referral.id or not referral.accepted:
        yield f"G4: {referral.id} gives back what another referral gave"
    if decision.owner[1] != referral.giver:
        yield f"G4: {decision.owner[1]} is not who gave by {referral.id}"


def _left(client: Client) -> bool:
    """Whether a TRANSFER is open beside the one that gave the client to its desk."""
    return any(
        each.kind == "TRANSFER" and each.is_open and each.id != client.owner_via
        for each in client.referrals.values()
    )


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
