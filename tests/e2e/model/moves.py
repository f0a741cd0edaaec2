"""moves - what somebody may say of a referral next: mostly fitting, at times anything."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from .rules import Config
from .state import Client, Referral

DECIDE = {"ACCEPT": 4.0, "DECLINE": 1.5, "ASK": 1.5, "CANCEL": 1.0}
WORK = {"PROGRESS": 4.0, "HOLD": 1.5, "COMPLETE": 2.0, "RETURN": 1.0, "CANCEL": 1.0, "REVIEW": 1.0}
FITTING: dict[str, dict[str, float]] = {
    "SUBMITTED": {"DELIVERED": 2.0, "SEEN": 1.0, "UNDELIVERABLE": 1.0} | DECIDE,
    "OFFERED": {"SEEN": 1.0, **DECIDE},
    "INFO_NEEDED": DECIDE | {"ANSWER": 5.0},
    "ACCEPTED": WORK,
    "IN_PROGRESS": WORK,
    "ON_HOLD": {"RESUME": 4.0, "COMPLETE": 1.0, "RETURN": 1.0, "CANCEL": 1.0},
    "CANCEL_REQUESTED": {"CONFIRM_CANCEL": 3.0, "COMPLETE": 1.5},
    "RETURNED": {"TAKE_BACK": 3.0},
    "COMPLETED": {"ACKNOWLEDGE": 2.0, "DISPUTE": 3.0},
}
ALWAYS = {"ENTERED_IN_ERROR": 0.2, "ASSIGN": 0.4, "VANISHED": 0.3, "RECOGNITION": 0.2}
SENDERS = frozenset({"ANSWER", "CANCEL", "ACKNOWLEDGE", "DISPUTE", "ENTERED_IN_ERROR"})
HUBS = frozenset({"UNDELIVERABLE", "VANISHED", "RECOGNITION"})
EVERY = sorted({*ALWAYS, *(name for moves in FITTING.values() for name in moves)})
TEXT = "Zie toelichting."
PROGRESSES = "CONTACTED SCHEDULED NO_SHOW NO_SHOW APPOINTMENT_CANCELLED EVENT_DONE".split()
HOLD_DAYS = (1, 3, 14, 60, 89, 90, 91, 0)


@dataclass
class Move:
    """desk: who acts, or "hub". today: the day, to reckon dates from."""

    action: str
    desk: str
    role: str | None = None
    body: dict[str, Any] = field(default_factory=dict)


def fitting(config: Config, random: Random, client: Client, referral: Referral, day: int) -> Move:
    """What the state asks for, by the desk whose turn it is, with all that it needs."""
    moves = FITTING.get(referral.state, {}) | ALWAYS
    action = random.choices(list(moves), list(moves.values()))[0]
    desk, role = _who(config, action, client, referral)
    if action == "ACKNOWLEDGE" and random.random() < 0.3:
        desk, role = _coordinator(config, client), "COORDINATOR"
    return Move(action, desk, role, details(config, random, action, day))


def anything(config: Config, random: Random, client: Client, referral: Referral, day: int) -> Move:
    """Any action by anybody, at times with something missing."""
    action = random.choice(EVERY)
    parts = [referral.target, referral.giver, referral.sender, client.owner or referral.giver]
    desk = random.choice([*parts, _coordinator(config, client), random.choice([*config.desks])])
    role = "COORDINATOR" if random.random() < 0.2 else None
    if random.random() < 0.5:
        desk, role = _who(config, action, client, referral)
    body = details(config, random, action, day)
    if body and random.random() < 0.4:
        del body[random.choice([*body])]
    return Move(action, desk, role, body)


def _who(config: Config, action: str, client: Client, referral: Referral) -> tuple[str, str | None]:
    if action in HUBS:
        return "hub", None
    if action == "ASSIGN":
        return _coordinator(config, client), "COORDINATOR"
    if action == "TAKE_BACK":
        return referral.giver, None
    return referral.sender if action in SENDERS else referral.target, None


def _coordinator(config: Config, client: Client) -> str:
    return config.coordinator_of_region(client.region) or next(iter(config.desks))


def details(config: Config, random: Random, action: str, day: int) -> dict[str, Any]:
    """What the action needs; text as such, dates as days."""
    desks = sorted(config.desks)
    if action == "DECLINE":
        suggested = random.choice(["unknown", *desks])
        return {"reason": "NO_CAPACITY", "text": TEXT, "suggested_desk": suggested}
    if action in ("ASK", "ANSWER", "DISPUTE"):
        return {"text": TEXT}
    if action == "PROGRESS":
        return {"progress": random.choice(PROGRESSES)}
    if action == "HOLD":
        return {"hold_reason": "WAITING_LIST", "next_date": day + random.choice(HOLD_DAYS)}
    if action == "CANCEL":
        return {"reason": random.choice(("SENDER_ERROR", "CLIENT_DECLINED"))}
    if action == "COMPLETE":
        return {"outcome": "ADVICE_GIVEN", "next_step": "NONE"}
    if action == "RETURN":
        return {"reason": "WRONG_DESK", "text": TEXT}
    if action == "ENTERED_IN_ERROR":
        return {"reason": "SENDER_ERROR", "second_worker": random.choice(("team-2", "team-1"))}
    if action == "ASSIGN":
        return {"reason": "OTHER", "to_desk": random.choice(desks)}
    if action == "ACCEPT" and random.random() < 0.15:
        return {"to_desk": random.choice(desks)}
    if action == "REVIEW":
        return {"review": random.choice(("CONTINUE", "CONTINUE", "OUTFLOW"))}
    return {}


def not_told(random: Random, client: Client) -> tuple[Referral, Move] | None:
    """A notice that could not be brought: of a level that was told, or of one long gone."""
    told = [(clock, of) for clock, of in client.armed() if clock.level or random.random() < 0.1]
    if not told or client.owner_via not in client.referrals:
        return None
    climbing = [entry for entry in told if entry[0].name in ("T2", "T3", "T4", "T5", "T6")]
    clock, of = random.choice(climbing or told)
    first = {"T0": 0, "T4": 2, "T8": 2, "T9": 2}.get(clock.name, 1)
    level = max(0, first + clock.level - 1) if random.random() < 0.8 else random.randrange(5)
    raw = {"scheme": "notice", "code": clock.name, "text": None, "number": level}
    return of or client.referrals[client.owner_via], Move("NOT_TOLD", "hub", None, {"raw": raw})


def merging(config: Config, random: Random, client: Client) -> Move:
    """What is said when two records become one, by the desk or by the other record's hub."""
    over = not any(each.is_open for each in client.referrals.values())
    weights = {"MERGE": 4.0, "CLOSE": 8.0 if over else 1.0, "MERGED": 1.0, "NOT_MERGED": 1.0}
    if client.merging:
        weights |= {"MERGED": 5.0, "NOT_MERGED": 5.0}
    action = random.choices(list(weights), list(weights.values()))[0]
    body = {name: f"{random.getrandbits(128):032x}" for name in ("other_referral", "other_client")}
    if action == "MERGE":
        if random.random() < 0.1:
            body["other_client"] = client.id
        if random.random() < 0.1:
            del body[random.choice([*body])]
        return Move(action, client.owner or next(iter(config.desks)), None, body)
    if client.merging and random.random() < 0.8:
        body["other_client"] = client.merging
    body["asker"] = random.choice(sorted(config.partners))
    if action == "CLOSE":
        body["closing_reason"] = "MERGED_INTO"
    return Move(action, "hub", None, body)
