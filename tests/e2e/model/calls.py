"""calls - what partners ask of the hub, and the Message that it makes of it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from .calendar import EPOCH
from .state import Message


@dataclass(frozen=True)
class Call:
    """One request to the hub. move: what it is meant to be."""

    move: str
    partner: str
    path: str
    body: dict
    bad: bool = False  # the edge must refuse it
    perhaps: bool = False  # the edge may refuse it
    role: str | None = None  # of the actor, as the edge knows it by the token

    @property
    def reference(self) -> str:
        return self.body["reference"]

    @property
    def named(self) -> str:
        """The referral of an action."""
        return UUID(self.path.split("/")[3]).hex


@dataclass(frozen=True)
class Answer:
    status: int
    referral: str | None = None  # from Location


@dataclass(frozen=True)
class Child:
    """Asks the driver which referral the hub made from this one: its id, or None."""

    parent: str
    known: frozenset[str] = frozenset()  # none of these


DEFAULTS: dict[str, Any] = dict.fromkeys(
    "referral group from_desk to_desk wished_desk municipality region sector_from"
    " sector_to age_band programme not_before expires_at review_every education employer voucher"
    " place".split()
) | {"target_groups": [], "funding": [], "urgency": "NORMAL"}
STATUS_DEFAULTS: dict[str, Any] = dict.fromkeys(
    "second_worker raw instrument progress reason hold_reason closing_reason suggested_desk outcome"
    " next_step review effective_date next_date to_desk other_referral seen_version"
    " other_client".split()
)


@dataclass(frozen=True)
class Look:
    """Asks the driver for the client of this referral as the hub has it, once no merge of it is
    under way."""

    referral: str


def action_path(referral: str) -> str:
    return f"/v1/referrals/{UUID(hex=referral)}/actions"


def text_of(at: int) -> str:
    return (
        datetime.fromtimestamp(at / 1000, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def day_text(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()


def _days(text: str | None) -> int | None:
    return None if text is None else (date.fromisoformat(text) - EPOCH).days


def _ms(text: str | None) -> int | None:
    return None if text is None else round(datetime.fromisoformat(text).timestamp() * 1000)


def message_of(call: Call, referral: str | None, client: str) -> Message:
    """The Message that the hub would make of it, with ids and digest of our own."""
    ((type_name, clear),) = call.body["body"].items()
    body = {**(DEFAULTS if type_name == "Referral" else STATUS_DEFAULTS), **clear}
    body["referral"] = referral
    if type_name == "Referral":
        body["not_before"], body["expires_at"] = _days(body["not_before"]), _ms(body["expires_at"])
        basis = {"reference": None, "given_at": None, **body["legal_basis"]}
        body["legal_basis"] = basis | {"given_at": _ms(basis["given_at"])}
    else:
        body["next_date"] = _days(body["next_date"])
        other = body["other_referral"]
        body["other_referral"] = other and UUID(hex=other).hex
        body["actor"] = {
            "desk": None,
            "partner": None,
            "worker": None,
            **clear.get("actor", {}),
            "role": call.role,
        }
        body["has_text"] = bool(call.body.get("person", {}).get("text"))
    return Message(
        id=tag_of(call.partner, call.body["system"], call.reference),
        partner=call.partner,
        digest=tag_of(json.dumps(call.body, sort_keys=True)),
        client=client if type_name == "Referral" else None,
        occurred_at=_ms(call.body["occurred_at"]) or 0,
        type=type_name,
        body=body,
    )


def referral_of(call: Call) -> str | None:
    """The id that a hub without keys would give what the call opens."""
    if "actions" in call.path:
        return None
    return tag_of(call.partner, call.body.get("case", ""), call.body.get("leg", ""))


def tag_of(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
