"""cases - a case keeps its first client: what an edge must make of what partners name."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .fold import hexed, message_of
from .wire import Unreadable

if TYPE_CHECKING:
    from .judge import Topics

Case = tuple[str, str, str]  # partner, system, the partner's own word
Pseudonym = Callable[..., bytes]  # of a kind and its parts

OTHERS_MAX = 2  # persons that a case may name besides its first client


@dataclass
class Cases:
    """What was sent under each case, one message after the other."""

    pseudonym: Pseudonym
    first: dict[Case, bytes] = field(default_factory=dict)
    listed: set[tuple[str, str, str, str]] = field(default_factory=set)

    def take(self, partner: str, draft: dict[str, Any]) -> bytes | None:
        """The client that the message is about; None: refused, the case stands for too many."""
        case = partner, draft["system"], draft["case"]
        named = self._named(partner, draft)
        client = self.first.setdefault(case, named or self.pseudonym("client/case", *case))
        if named and named != client:
            pair = partner, draft["case"], client.hex(), named.hex()
            others = {each for each in self.listed if each[:3] == pair[:3]}
            if pair not in others and len(others) == OTHERS_MAX:
                return None
            self.listed.add(pair)
        return client

    def _named(self, partner: str, draft: dict[str, Any]) -> bytes | None:
        """Whom the message names by more than its case."""
        person, referral = draft.get("person", {}), draft["body"]["Referral"]
        if referral["subject"] == "EMPLOYER":
            return self.pseudonym("client/kvk", person.get("kvk") or referral["employer"]["kvk"])
        if "bsn" in person:
            return self.pseudonym("client/bsn", person["bsn"])
        if "own_number" in person:
            return self.pseudonym("client/own", partner, person["own_number"])
        return None


def of_intake(topics: "Topics") -> dict[Case, set[str]]:
    """The clients under each case, of Referrals that were not rejected."""
    rejected = {
        (event["partition"], event["offset"])
        for _, event in topics.events
        if event["offset"] is not None and event["result"] == "REJECTED"
    }
    found: dict[Case, set[str]] = defaultdict(set)
    for place, message in _referrals(topics):
        if place not in rejected:
            found[message["partner"], message["system"], message["case"]].add(
                hexed(message["client"])
            )
    return found


def by_message(topics: "Topics") -> dict[str, tuple[str, str, str]]:
    """Partner, case and client of each Referral, by the id of its message."""
    return {
        hexed(message["id"]): (message["partner"], message["case"], hexed(message["client"]))
        for _, message in _referrals(topics)
    }


def _referrals(topics: "Topics") -> list[tuple[tuple[int, int], dict[str, Any]]]:
    found = []
    for record in topics.intake:
        try:
            message = topics.registry.decode(record.value)
        except Unreadable:
            continue
        if message_of(message).type == "Referral" and message["case"] is not None:
            found.append((record.place, message))
    return found
