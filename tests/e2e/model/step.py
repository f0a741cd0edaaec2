"""step - one decision under way: the client's copy that changes, and what is told of it."""

from dataclasses import dataclass, field
from typing import Any, Callable

from . import calendar, rules
from .rules import Config
from .state import REFERRALS_MAX, VISITED_MAX, Client, Clock, Referral, Word

OPS = "ops"
QUIET_ROWS = frozenset(
    {"2", "3", "4", "22", "25", "26", "27", "28", "30", "31"}
)  # they do not count in a referral's version

CLOCKS_OF_STATE = {
    "SUBMITTED": {"T0", "T4", "T12", "T13"},
    "OFFERED": {"T1", "T2", "T13"},
    "INFO_NEEDED": {"T3", "T13"},
    "ACCEPTED": {"T5", "T6", "T13"},
    "IN_PROGRESS": {"T6", "T7", "T13"},
    "ON_HOLD": {"T10", "T13"},
    "CANCEL_REQUESTED": {"T8", "T13"},
    "RETURNED": {"T2", "T13"},
}

# What target, giver and sender are told. "!": also the desk that acted. DUTY: see has_duty.
NEWS = {
    "1": ("OFFER!", "STATUS", None),
    "1b": ("OFFER!", "STATUS", None),
    "1d": ("OFFER!", None, None),
    "3": (None, "DUTY", "STATUS"),
    "5": ("DETAILS!", "STATUS", "STATUS"),
    "6": (None, "DUTY", "STATUS"),
    "7": (None, None, "QUESTION"),
    "8": ("ANSWER", None, None),
    "9": ("RECALL!", "STATUS", "STATUS"),
    "10": (None, "STATUS", "STATUS"),
    "11": (None, "STATUS", "STATUS"),
    "12": ("RECALL!", "DUTY", "STATUS"),
    "13": ("STATUS", "STATUS", None),
    "14": (None, "DUTY", "STATUS"),
    "15": ("STATUS", "STATUS", "STATUS"),
    "16": (None, "DUTY", "STATUS"),
    "17": ("STATUS", None, "STATUS"),
    "18": ("STATUS", "STATUS", "STATUS"),
    "19": ("STATUS", None, "STATUS"),
    "20": ("STATUS", "STATUS", None),
    "21": ("RECALL!", "STATUS", None),
    "23": ("DETAILS!", "STATUS", None),
    "29": (None, "STATUS", "STATUS"),
    "30": (None, None, "DUTY"),
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


ROUND_DAYS, ROUND_DESKS = 60, 4  # a client is not sent to more desks in that time
PLACE_MONTHS = 12  # how long a place that is reviewed lasts


def last_day(referral: Referral) -> int:
    """Of a place that is reviewed and was accepted."""
    assert referral.accepted_at is not None
    return calendar.months_later(calendar.day_of(referral.accepted_at), PLACE_MONTHS)


def is_vanished(clock: Clock) -> bool:
    """The sender's T4 of row 30; every other T4 is the giver's or the owner's."""
    return clock.name == "T4" and clock.role == "SENDER"


def has_duty(referral: Referral, row: str) -> bool:
    """Whether what a DUTY would tell of is the giver's (30: the sender's) to do."""
    clock = referral.clocks.get("T4")
    return row in ("16", "30") or (clock is not None and clock.role == "GIVER")


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
    of: Referral  # as it is when the step is over, remembered or not


@dataclass(frozen=True)
class Told:
    desk: str
    referral: str
    number: int
    kind: str
    role: str
    clock: str | None = None  # that came due
    level: int = 0  # of an ESCALATION


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
    word: Word | None = None  # to another client
    ticking: frozenset[str] = frozenset()  # referrals that had a clock before
    has_room: bool = True  # for one more referral

    def __post_init__(self) -> None:
        referrals = self.client.referrals.values()
        self.ticking = frozenset(each.id for each in referrals if each.clocks)
        forgettable = sum(self._is_forgettable(each) for each in referrals)
        self.has_room = len(referrals) < REFERRALS_MAX + forgettable

    # Referrals

    def change(self, referral: Referral, row: str, state: str, before: str | None = "") -> None:
        before = referral.state if before == "" else before
        referral.state = state
        if state != before:
            self._leave(referral)
        if row not in QUIET_ROWS or before is None:
            referral.version += 1
        self.transitions.append(Transition(row, before, referral.id, state, referral))

    def visit(self, referral: Referral, row: str) -> None:
        """Before a referral opens: where the client was sent, and whether round (I16)."""
        if referral.kind != "TRANSFER" and row != "1b":
            return
        today = calendar.day_of(self.now)
        lately = [desk for desk, day in self.client.visited if day >= today - ROUND_DAYS]
        self.client.visited = [*self.client.visited, (referral.target, today)][-VISITED_MAX:]
        sent_round = referral.target in lately or len(lately) >= ROUND_DESKS
        if row in ("1", "1b") and sent_round:
            referral.escalation = 3

    def report_round(self, referral: Referral) -> None:
        """I16: at once, when all else of the opening is told."""
        if referral.escalation < 3:
            return
        coordinator = self.config.coordinator_of_region(self.client.region)
        if coordinator and coordinator != self.actor:
            self.tell(coordinator, referral, "ESCALATION", "COORDINATOR", level=3)
        self.tell(OPS, referral, "ESCALATION", "OPS", level=3)

    def _leave(self, referral: Referral) -> None:
        """Leaving a state stops its clocks; that of row 30 stands beside them while it is open."""
        hold, life = referral.clocks.get("T10"), self.client.clocks.get("T6")
        waits = hold and life and (life.due, life.level) == (hold.due, 0)
        if waits and self._has_client(referral):
            self.arm_sign_of_life()  # reading 101
        allowed = CLOCKS_OF_STATE.get(referral.state, set())
        referral.clocks = {
            name: clock
            for name, clock in referral.clocks.items()
            if name in allowed or (referral.is_open and is_vanished(clock))
        }
        if referral.state != "INFO_NEEDED":
            referral.left = None

    def add(self, referral: Referral) -> None:
        """A new referral; the oldest that may be forgotten makes room (reading 55)."""
        if len(self.client.referrals) >= REFERRALS_MAX:
            ended = [old for old in self.client.referrals.values() if self._is_forgettable(old)]
            del self.client.referrals[ended[0].id]
        self.client.referrals[referral.id] = referral

    def _is_forgettable(self, referral: Referral) -> bool:
        """Ended, without a duty before this step, and not what gave the client to its desk."""
        is_via = referral.id == self.client.owner_via
        return not referral.is_open and referral.id not in self.ticking and not is_via

    def need_room(self) -> None:
        if not self.has_room:
            raise Refused("ILLEGAL", "the client has 64 referrals that count: end one first")

    def offers(self) -> list[Referral]:
        """The client's open group: TRANSFERs that nobody has accepted yet."""
        return [
            each
            for each in self.client.referrals.values()
            if each.kind == "TRANSFER" and each.is_offer
        ]

    def withdraw(self) -> None:
        self.client.consent, self.client.withdrawn_at = "WITHDRAWN", self.now

    # Responsibility

    def own(self, desk: str, via: str) -> None:
        self.owner = (self.client.responsible, desk, via)
        self.client.owner, self.client.owner_via = desk, via
        self.client.status, self.client.closing_reason = "OPEN", None
        self.client.clocks.pop("T11", None)
        self.stop_duties()
        self.arm_sign_of_life()

    def stop_duties(self) -> None:
        """T4 of ended referrals: the giver has acted, or is not responsible any more."""
        for referral in self.client.referrals.values():
            if not referral.is_open:
                referral.clocks.pop("T4", None)

    def stop_vanished(self, referral: Referral) -> None:
        """The sender spoke: what vanished from its snapshot is not forgotten (reading 70)."""
        clock = referral.clocks.get("T4")
        if clock and is_vanished(clock):
            del referral.clocks["T4"]

    def stop_undeliverable(self, referral: Referral) -> None:
        """It is on its way again, to somebody else: row 3 is over."""
        if "T4" in referral.clocks and not is_vanished(referral.clocks["T4"]):
            del referral.clocks["T4"]

    # Clocks

    def arm(self, referral: Referral, name: str, role: str) -> None:
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
        """T4, at the giver if it is responsible, else at who has the client (reading 61)."""
        if referral.kind == "REQUEST":
            return
        if referral.giver == self.client.responsible:
            self.arm(referral, "T4", "GIVER")
        elif referral.kind == "TRANSFER" and referral.accepted:
            self.arm(referral, "T4", "OWNER")

    def arm_outcome(self, referral: Referral) -> None:
        """T9: the sender is to see what came of it (reading 63)."""
        if referral.kind != "REQUEST" and referral.sender != referral.target:
            self.arm(referral, "T9", "SENDER")

    def arm_review(self, referral: Referral) -> None:
        """T13: the first of its end and, once accepted, its reviews (reading 69)."""
        days = [] if referral.expires_at is None else [referral.expires_at]
        if referral.accepted and referral.review_every and referral.accepted_at is not None:
            today = calendar.day_of(self.now)
            review = calendar.months_later(today, referral.review_every)
            days += [calendar.start_of(review), calendar.start_of(last_day(referral))]
        referral.clocks.pop("T13", None)
        if days:
            self.arm_at(referral, "T13", "TARGET", max(self.now, min(days)))

    def arm_worked_on(self, referral: Referral, not_before: int = 0) -> None:
        """T6 of the client: the desk that has it did something for it (reading 60)."""
        if not self._has_client(referral):
            return
        due = max(self.config.clocks["T6"].step(0, False).after(self.now), not_before)
        known = self.client.clocks["T6"]
        if known.level == 0 and known.due >= due:
            return
        self.client.clocks["T6"] = Clock("T6", self.now, due, 0, "OWNER")

    def _has_client(self, referral: Referral) -> bool:
        """By it the client came to the desk that has it."""
        taken = referral.kind == "TRANSFER" and referral.accepted
        return taken and referral.id == self.client.owner_via and self.client.is_open

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

    def tell(self, desk: str, referral: Referral, kind: str, role: str, **more: Any) -> None:
        number = referral.numbers.get(desk, 0) + 1
        referral.numbers[desk] = number
        self.told.append(Told(desk, referral.id, number, kind, role, **more))

    def news(self, referral: Referral, row: str, rested: bool = False) -> None:
        """Tells target, giver and sender; each desk once, not the one that acted."""
        parts = {"TARGET": referral.target, "GIVER": referral.giver, "SENDER": referral.sender}
        done: set[str] = set()
        for (role, desk), kind in zip(parts.items(), NEWS[row], strict=True):
            if kind is None or desk in done or (desk == self.actor and not kind.endswith("!")):
                continue
            kind = kind.rstrip("!")
            if kind == "DUTY" and not has_duty(referral, row):
                kind = "STATUS"
            if rested and kind in ("OFFER", "RECALL"):
                continue
            if kind == "RECALL" and not referral.numbers.get(desk):
                continue  # it never had the offer
            done.add(desk)
            self.tell(desk, referral, kind, role)
