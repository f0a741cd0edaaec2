"""rows - a hub of the model's alone, for tests that take one row after the other."""

from dataclasses import dataclass, field
from typing import Any

from model import clocks, machine, world
from model.calls import DEFAULTS, STATUS_DEFAULTS
from model.machine import Decision
from model.outages import Outages
from model.state import Client, Message, Referral

NOW = 1_795_000_000_000
HOUR = 3_600_000
PARTNER = {desk.id: desk.partner for desk in world.DESKS}
DETAILS: dict[str, dict[str, Any]] = {
    "DECLINE": {"reason": "NO_CAPACITY", "has_text": True, "suggested_desk": "unknown"},
    "COMPLETE": {"outcome": "ADVICE_GIVEN", "next_step": "NONE"},
    "CANCEL": {"reason": "SENDER_ERROR"},
    "ASK": {"has_text": True},
    "ANSWER": {"has_text": True},
    "DISPUTE": {"has_text": True},
    "PROGRESS": {"progress": "CONTACTED"},
    "RETURN": {"reason": "WRONG_DESK", "has_text": True},
    "ENTERED_IN_ERROR": {"reason": "SENDER_ERROR"},
    "ASSIGN": {"reason": "OTHER"},
    "REVIEW": {"review": "CONTINUE"},
}


@dataclass
class Hub:
    client: Client | None = None
    now: int = NOW
    count: int = 0
    told: list[tuple[str, str, str]] = field(default_factory=list)
    outages: Outages = field(default_factory=Outages)

    def refer(self, name: str, from_desk: str | None, partner: str = "", **body: Any) -> Decision:
        full = DEFAULTS | {"subject": "PERSON", "question": "WERK", "municipality": "GM0599"}
        full |= {"kind": "TRANSFER", "legal_basis": {"kind": "PUBLIC_TASK", "given_at": None}}
        return self._send("Referral", partner or PARTNER[from_desk or ""], full | body | {
            "referral": name, "from_desk": from_desk,
        })  # fmt: skip

    def act(self, name: str, action: str, desk: str, **body: Any) -> Decision:
        """desk: who acts, or hub; the region's coordinator with role COORDINATOR."""
        named = None if desk == "hub" else desk
        actor = {"desk": named, "worker": "team-1", "role": body.pop("role", None)}
        actor["partner"] = body.pop("asker", None)
        full = STATUS_DEFAULTS | {"has_text": False, "actor": actor} | DETAILS.get(action, {})
        partner = "hub" if desk == "hub" else PARTNER[desk]
        return self._send(
            "StatusChange", partner, full | {"referral": name, "action": action} | body
        )

    def fire(self, name: str, referral: str | None) -> Decision:
        assert self.client
        fired = clocks.fire(world.WORLD, self.client, name, referral, self._made, self.outages)
        return self._took(fired)

    def _send(self, kind: str, partner: str, body: dict[str, Any]) -> Decision:
        self.count += 1
        self.now += 1
        tag = f"{self.count:016x}" * 2
        message = Message(
            tag, partner, tag, "c" if kind == "Referral" else None, self.now, kind, body
        )
        return self._took(machine.apply(world.WORLD, self.client, message, self.now, self._made))

    def _made(self) -> str:
        return "made"

    def _took(self, decision: Decision) -> Decision:
        self.client = decision.client
        self.told = [(each.desk, each.kind, each.referral) for each in decision.told]
        return decision

    def state(self, name: str) -> str:
        assert self.client
        return self.client.referrals[name].state

    def clocks(self, name: str | None) -> set[str]:
        assert self.client
        return set(self.client.referrals[name].clocks if name else self.client.clocks)

    def referral(self, name: str) -> Referral:
        assert self.client
        return self.client.referrals[name]

    def due(self, name: str | None, clock: str) -> int:
        """When the clock of a referral, or of the client, comes due."""
        assert self.client
        return (self.client.referrals[name].clocks if name else self.client.clocks)[clock].due


def rows(decision: Decision) -> list[str]:
    return [each.row for each in decision.transitions]
