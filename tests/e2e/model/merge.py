"""merge - row 28: two records of one person become one (readings 80 to 90)."""

from typing import Callable

from . import clients
from .state import FORWARDED_MAX, Message, Referral, Word
from .step import Refused, Step

HOPS_MAX = 4
WORDS = frozenset({"CLOSE", "MERGED", "NOT_MERGED"})


def begin(step: Step, referral: Referral, message: Message) -> None:
    """28, by the responsible desk of the one that goes on: it waits for the other's answer."""
    client, other = step.client, message.body["other_client"]
    if client.merging is not None:
        raise Refused("ILLEGAL", "a merge is under way")
    if other == client.id:
        raise Refused("ILLEGAL", "both referrals are of this client already")
    if not client.is_open:
        raise Refused("ILLEGAL", "nobody is responsible for this client now")
    client.merging = other
    step.change(referral, "28", referral.state)
    step.word = Word("CLOSE", other, message.body["other_referral"], client.id, referral.id)


def answer(message: Message, action: str, client: str | None) -> Word:
    """82: to whom said CLOSE, by the client that it was said to."""
    body = message.body
    return Word(action, body["other_client"], body["other_referral"], client, body["referral"])


def word_of(message: Message) -> Word | None:
    """As which it was sent from client to client; None: it was not."""
    body = message.body
    if message.hops:
        return Word(None, message.client or "", message=message.id, hops=message.hops)
    if message.partner != "hub" or message.client is None:
        return None
    other = body["other_client"], body["other_referral"]
    return Word(body["action"], message.client or "", body["referral"], *other)


def refusal(message: Message, client: str | None) -> Word | None:
    """What is said besides of a rejected message, if it was a CLOSE by the hub."""
    is_close = message.type == "StatusChange" and message.body["action"] == "CLOSE"
    by_hub = message.partner == "hub" and is_close
    return answer(message, "NOT_MERGED", client) if by_hub else None


def hear(step: Step, message: Message) -> bool:
    """Whether it was the hub's own word from the other record."""
    if message.type != "StatusChange" or message.partner != "hub":
        return False
    if message.body["action"] not in WORDS:
        return False
    named = step.client.referrals.get(message.body["referral"] or "")
    named = named or step.client.referrals.get(step.client.owner_via or "")
    if message.body["action"] == "CLOSE":
        _close(step, named, message)
        step.word = answer(message, "MERGED", step.client.id)
    else:
        _answered(step, named, message)
    return True


def _close(step: Step, named: Referral | None, message: Message) -> None:
    """82: the loser closes, if nothing of it is open."""
    client = step.client
    if client.merged_into is not None and client.merged_into == message.body["other_client"]:
        return  # reading 102
    if named is None or not client.is_open or client.merging is not None:
        raise Refused("ILLEGAL", "the other record was not merged")
    if any(each.is_open for each in client.referrals.values()):
        raise Refused("ILLEGAL", "the other record was not merged: a referral is open")
    owner, via = client.owner or "", client.referrals[client.owner_via or ""]
    clients.end(step, "MERGED_INTO")
    client.merged_into = message.body["other_client"]
    step.change(named, "28", named.state)
    step.tell(owner, via, "STATUS", "OWNER")
    if via.sender != owner:
        step.tell(via.sender, via, "STATUS", "SENDER")


def _answered(step: Step, named: Referral | None, message: Message) -> None:
    """83: what nobody waits for changes nothing."""
    if named is None:
        raise Refused("UNKNOWN_CASE", "there is no such record")
    if step.client.merging is None or step.client.merging != message.body["other_client"]:
        return
    step.client.merging = None
    step.change(named, "28", named.state)
    asker = step.config.partners.get(message.body["actor"].get("partner") or "")
    if message.body["action"] == "NOT_MERGED" and asker:
        step.tell(asker.home_desk, named, "VERDICT", "SENDER")


def hear_withdrawal(step: Step, message: Message) -> bool:
    """89: of a record that was merged into this one, where it was found to be rightly said."""
    client, body = step.client, message.body
    if message.type != "StatusChange" or body["action"] != "WITHDRAW_CONSENT":
        return False
    if not message.hops or body["referral"] in client.referrals or client.merged_into is not None:
        return False
    via = client.referrals.get(client.owner_via or "")
    if via is None or not client.is_open:
        raise Refused("ILLEGAL", "nobody is responsible for this client now")
    clients.withdraw_consent(step, via, message)
    return True


def is_sent_on(step: Step, message: Message, may: Callable[[Step, Message], bool]) -> bool:
    """86: whether it concerns the record that goes on; what names its own referrals does not."""
    client, body = step.client, message.body
    if client.merged_into is None:
        return False
    if body["referral"] not in client.referrals:
        return True
    withdraws = message.type == "StatusChange" and body["action"] == "WITHDRAW_CONSENT"
    return withdraws and may(step, message)


def send_on(step: Step, message: Message) -> None:
    """87, 88: the copy goes to the survivor; what names its referral later comes here first."""
    client, name = step.client, message.body["referral"]
    if message.hops >= HOPS_MAX:
        raise Refused("ILLEGAL", "the record was merged again and again")
    if message.type == "Referral" and name not in client.forwarded:
        client.forwarded = [*client.forwarded, name][-FORWARDED_MAX:]
    if name in client.referrals:
        step.withdraw()
    assert client.merged_into
    step.word = Word(None, client.merged_into, message=message.id, hops=message.hops + 1)
