"""state - what is known of one client: its referrals, clocks, owner and counters."""

from copy import copy
from dataclasses import dataclass, field
from typing import Any

RECENT_MAX = 8
VISITED_MAX = 16
FORWARDED_MAX = 32
NO_TAG = "0" * 16  # digest and maker of what no message made
REFERRALS_MAX = 64
OFFERED_STATES = frozenset({"SUBMITTED", "OFFERED", "INFO_NEEDED", "CANCEL_REQUESTED"})
RUNNING_STATES = frozenset({"ACCEPTED", "IN_PROGRESS", "ON_HOLD", "CANCEL_REQUESTED", "RETURNED"})
OPEN_STATES = OFFERED_STATES | RUNNING_STATES
ENDED_BADLY = frozenset({"DECLINED", "CANCELLED"})


@dataclass(frozen=True)
class Clock:
    name: str
    armed: int
    due: int
    level: int
    role: str
    counted: int | None = None  # up to when outages are in `due`


@dataclass
class Referral:
    id: str
    kind: str
    subject: str
    giver: str
    sender: str
    target: str
    wished: str | None
    group: str | None
    question: str
    urgent: bool
    digest: str
    created_by: str
    not_before: int | None = None
    expires_at: int | None = None
    review_every: int | None = None
    accepted_at: int | None = None
    left: int | None = None  # INFO_NEEDED: working ms that T2 had left
    progress: str | None = None
    cancel_by: str | None = None
    outcome: str | None = None
    next_step: str | None = None
    parent: str | None = None
    state: str = "SUBMITTED"
    delivery: str = "QUEUED"
    accepted: bool = False
    disputed: bool = False
    escalation: int = 0
    version: int = 0
    sender_at: int = 0
    target_at: int = 0
    made_by: tuple | None = field(default=None, compare=False)  # 23: the message, on what, to whom
    clocks: dict[str, Clock] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def child(self, name: str, giver: str, sender: str, target: str, **more: Any) -> "Referral":
        """A TRANSFER that the hub makes from this one (readings 54 and 71)."""
        return Referral(
            id=name,
            kind="TRANSFER",
            subject=self.subject,
            giver=giver,
            sender=sender,
            target=target,
            wished=None,
            group=more.pop("group", None),
            question=self.question,
            urgent=self.urgent,
            digest=NO_TAG,
            created_by=NO_TAG,
            expires_at=self.expires_at,
            review_every=self.review_every,
            parent=self.id,
            **more,
        )

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_offer(self) -> bool:
        """Open and not accepted by anybody yet."""
        return self.state in OFFERED_STATES and not self.accepted

    @property
    def rests(self) -> bool:
        return "T12" in self.clocks


@dataclass
class Client:
    id: str
    status: str = "CLOSED"
    closing_reason: str | None = None
    region: str | None = None
    owner: str | None = None  # the last one when CLOSED; None: only parked messages so far
    owner_via: str | None = None
    consent: str = "NOT_NEEDED"
    withdrawn_at: int | None = None  # the last time
    referrals: dict[str, Referral] = field(default_factory=dict)  # oldest first
    clocks: dict[str, Clock] = field(default_factory=dict)
    recent: list[tuple[str, str]] = field(
        default_factory=list
    )  # id and digest, 8 bytes each, oldest first
    visited: list[tuple[str, int]] = field(default_factory=list)  # desk and day, oldest first
    match: str | None = None
    merging: str | None = None  # the record that is to be merged into this one
    merged_into: str | None = None
    forwarded: list[str] = field(default_factory=list)  # referrals sent on there, oldest first
    parked: int = 0
    redriven: int = 0
    applied: int = -1
    version: int = 0
    next_action: tuple[str, str, int] | None = None

    @property
    def is_open(self) -> bool:
        return self.status == "OPEN"

    @property
    def responsible(self) -> str | None:
        return self.owner if self.is_open else None

    @property
    def flows(self) -> bool:
        return self.parked == self.redriven

    def copy(self) -> "Client":
        twin = copy(self)
        twin.referrals = {}
        for key, referral in self.referrals.items():
            twin.referrals[key] = copy(referral)
            twin.referrals[key].clocks = dict(referral.clocks)
            twin.referrals[key].numbers = dict(referral.numbers)
        twin.clocks = dict(self.clocks)
        twin.recent = list(self.recent)
        twin.visited = list(self.visited)
        twin.forwarded = list(self.forwarded)
        return twin

    def armed(self) -> list[tuple[Clock, Referral | None]]:
        """All armed clocks, the earliest first; ties as reading 46 says."""
        found: list[tuple[Clock, Referral | None, int]] = []
        for age, referral in enumerate(self.referrals.values()):
            found += [(clock, referral, age) for clock in referral.clocks.values()]
        found += [(clock, None, len(self.referrals)) for clock in self.clocks.values()]
        found.sort(key=lambda entry: (entry[0].due, int(entry[0].name[1:]), entry[2]))
        return [(clock, referral) for clock, referral, _ in found]


@dataclass(frozen=True)
class Word:
    """What goes into intake with a decision, to another client (reading 81): a word of a merge, or
    (action None) the message itself, sent on."""

    action: str | None
    client: str
    referral: str | None = None
    other_client: str | None = None
    other_referral: str | None = None
    message: str | None = None  # sent on: its id, and how often it was
    hops: int = 0


@dataclass(frozen=True)
class Message:
    """A Message from intake; ids in hex, body as its Avro record, dates in days, times in ms."""

    id: str
    partner: str
    digest: str
    client: str | None
    occurred_at: int
    type: str  # Referral or StatusChange
    body: dict
    derived_reference: bool = False
    case: str | None = None
    match: str | None = None
    sealed: Any = None
    hops: int = 0  # how often it was sent on

    @property
    def tags(self) -> tuple[str, str]:
        return self.id[:16], self.digest[:16]
