"""step - one decision under way: the client's copy that changes, and what is told of it."""

from dataclasses import dataclass, field
from typing import Callable

from . import rules
from .rules import Config
from .state import Client, Clock, Referral

OPS = "ops"
QUIET_ROWS = frozenset(
    {"2", "3", "4", "22", "25", "26", "27"}
)  # they do not count in a referral's version

CLOCKS_OF_STATE = {
    "SUBMITTED": {"T0", "T4", "T12"},
    "OFFERED": {"T1", "T2"},
    "INFO_NEEDED": {"T3"},
    "ACCEPTED": {"T5", "T6", "T13"},
    "IN_PROGRESS": {"T6", "T7", "T13"},
    "ON_HOLD": {"T6", "T10", "T13"},
    "CANCEL_REQUESTED": {"T6", "T8"},
    "DECLINED": {"T4"},
    "RETURNED": {"T2"},
    "CANCELLED": {"T4"},
    "COMPLETED": {"T9"},
}

# What target, giver and sender are told. "!": also the desk that acted. DUTY: STATUS if no T4.
NEWS = {
    "1": ("OFFER!", "STATUS", None),
    "1b": ("OFFER!", "STATUS", None),
    "1d": ("OFFER!", None, None),
    "3": (None, "DUTY", "STATUS"),
    "5": ("DETAILS!", "STATUS", "STATUS"),
    "6": (None, "DUTY", "STATUS"),
    "9": ("RECALL!", "STATUS", "STATUS"),
    "12": ("RECALL!", "DUTY", "STATUS"),
    "18": ("STATUS", "STATUS", "STATUS"),
}

DUTY_OF_CLOCK = {
    "T0": "AWAIT_DELIVERY",
    "T1": "AWAIT_DECISION",
    "T2": "AWAIT_DECISION",
    "T3": "ANSWER_QUESTION",
    "T4": "REFER_OR_CLOSE",
    "T5": "CONTACT_CLIENT",
    "T6": "GIVE_SIGN_OF_LIFE",
    "T7": "FOLLOW_UP_NO_SHOW",
    "T8": "CONFIRM_CANCEL",
    "T9": "ACKNOWLEDGE_OUTCOME",
    "T10": "REVIEW_HOLD",
    "T12": "AWAIT_START",
    "T13": "REVIEW_PLACE",
}


class Refused(Exception):
    """The input is not applied; nothing of the step counts."""

    def __init__(self, code: str, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.code, self.field = code, field


@dataclass(frozen=True)
class Transition:
    row: str
    before: str | None
    referral: str
    after: str


@dataclass(frozen=True)
class Told:
    desk: str
    referral: str
    number: int
    kind: str
    role: str


@dataclass
class Step:
    config: Config
    client: Client
    now: int
    new_id: Callable[[], str]  # of a referral that the hub makes
    actor: str | None = None  # the desk that acts
    transitions: list[Transition] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    owner: tuple[str | None, str, str] | None = None
    routing: rules.Choice | None = None

    # Referrals

    def change(self, referral: Referral, row: str, state: str, before: str | None = "") -> None:
        before = referral.state if before == "" else before
        referral.state = state
        allowed = CLOCKS_OF_STATE.get(state, set())
        referral.clocks = {
            name: clock for name, clock in referral.clocks.items() if name in allowed
        }
        if row not in QUIET_ROWS or before is None:
            referral.version += 1
        self.transitions.append(Transition(row, before, referral.id, state))

    def add(self, referral: Referral) -> None:
        """A new referral; the oldest ended one makes room (reading 55)."""
        if len(self.client.referrals) >= 64:
            ended = [
                old
                for old in self.client.referrals.values()
                if not old.is_open and old.id != self.client.owner_via
            ]
            if not ended:
                raise Refused("ILLEGAL", "the client has 64 open referrals: end one first")
            del self.client.referrals[ended[0].id]
        self.client.referrals[referral.id] = referral

    def offers(self) -> list[Referral]:
        """The client's open group: TRANSFERs that nobody has accepted yet."""
        return [
            each
            for each in self.client.referrals.values()
            if each.kind == "TRANSFER" and each.is_offer
        ]

    # Responsibility

    def own(self, desk: str, via: str) -> None:
        self.owner = (self.client.responsible, desk, via)
        self.client.owner, self.client.owner_via = desk, via
        self.client.status, self.client.closing_reason = "OPEN", None
        self.stop_duties()
        self.arm_sign_of_life()

    def stop_duties(self) -> None:
        """T4 of ended referrals: the giver has acted, or is not responsible any more."""
        for referral in self.client.referrals.values():
            if not referral.is_open:
                referral.clocks.pop("T4", None)

    # Clocks

    def arm(self, referral: Referral, name: str, role: str) -> None:
        if name not in self.config.clocks:
            return
        due = self.config.clocks[name].step(0, referral.urgent).after(self.now)
        referral.clocks[name] = Clock(name, self.now, due, 0, role)

    def arm_at(self, referral: Referral, name: str, role: str, due: int) -> None:
        referral.clocks[name] = Clock(name, self.now, due, 0, role)

    def arm_sign_of_life(self, fixed: int | None = None) -> None:
        due = (
            max(fixed, self.now)
            if fixed
            else self.config.clocks["T6"].step(0, False).after(self.now)
        )
        self.client.clocks["T6"] = Clock("T6", self.now, due, 0, "OWNER")

    def arm_duty(self, referral: Referral) -> None:
        """T4, at the giver if it is responsible; never for a REQUEST."""
        if referral.kind != "REQUEST" and referral.giver == self.client.responsible:
            self.arm(referral, "T4", "GIVER")

    def desk_of(self, role: str, referral: Referral | None) -> str:
        owner = self.client.owner or ""
        if referral is None:
            return owner
        return {"TARGET": referral.target, "GIVER": referral.giver, "SENDER": referral.sender}.get(
            role, owner
        )

    def settle_next_action(self) -> None:
        armed = self.client.armed()
        self.client.next_action = None
        if self.client.is_open and armed:
            clock, referral = armed[0]
            takes_back = (
                clock.name == "T2" and referral is not None and referral.state == "RETURNED"
            )
            duty = "TAKE_BACK" if takes_back else DUTY_OF_CLOCK[clock.name]
            self.client.next_action = (duty, self.desk_of(clock.role, referral), clock.due)

    # Handovers

    def tell(self, desk: str, referral: Referral, kind: str, role: str) -> None:
        number = referral.numbers.get(desk, 0) + 1
        referral.numbers[desk] = number
        self.told.append(Told(desk, referral.id, number, kind, role))

    def news(self, referral: Referral, row: str, rested: bool = False) -> None:
        """Tells target, giver and sender; each desk once, not the one that acted."""
        parts = {"TARGET": referral.target, "GIVER": referral.giver, "SENDER": referral.sender}
        done: set[str] = set()
        for (role, desk), kind in zip(parts.items(), NEWS[row], strict=True):
            if kind is None or desk in done or (desk == self.actor and not kind.endswith("!")):
                continue
            kind = kind.rstrip("!")
            if kind == "DUTY" and "T4" not in referral.clocks:
                kind = "STATUS"
            done.add(desk)
            if rested and kind in ("OFFER", "RECALL"):
                continue
            self.tell(desk, referral, kind, role)
