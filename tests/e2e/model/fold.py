"""fold - Events to state, and the records of Kafka as the model's types."""

from typing import Any, Mapping

from . import calendar
from .state import (
    FORWARDED_MAX,
    RECENT_MAX,
    REFERRALS_MAX,
    VISITED_MAX,
    Client,
    Clock,
    Message,
    Referral,
)

Record = Mapping[str, Any]


def fold(client: Client | None, event: Record) -> Client | None:
    """The client after the event; an Event without a client changes nobody."""
    if event["client"] is None:
        return client
    if client is None and event["result"] in ("REJECTED", "DUPLICATE") and event["parked"] is None:
        return None
    client = client.copy() if client else Client(hexed(event["client"]))
    for transition in event["transitions"]:
        _transition(client, transition["after"])
    _client_fields(client, event)
    for stopped in event["stopped"]:
        _clocks(client, stopped).pop(stopped["clock"], None)
    for armed in event["armed"]:
        _clocks(client, armed)[armed["clock"]] = clock_of(armed)
    for handover in event["handovers"]:
        if told := client.referrals.get(hexed(handover["referral"])):
            told.numbers[handover["desk"]] = handover["number"]
    if event["offset"] is not None:
        client.applied = event["offset"]
    client.version = event["version"]
    return client


def _transition(client: Client, after: Record) -> None:
    name = hexed(after["referral"])
    known = client.referrals.get(name)
    if known is None:
        _forget(client)
    fields = {key: after[key] for key in PLAIN_FIELDS}
    referral = Referral(
        id=name, digest=hexed(after["digest"]), created_by=hexed(after["created_by"]), **fields
    )
    referral.parent = after["parent"] and hexed(after["parent"])
    if known:
        referral.clocks, referral.numbers = known.clocks, known.numbers
    client.referrals[name] = referral


def _forget(client: Client) -> None:
    """The oldest ended referral makes room for the one after the most that a client keeps."""
    if len(client.referrals) < REFERRALS_MAX:
        return
    ended = [
        old.id
        for old in client.referrals.values()
        if not old.is_open and not old.clocks and old.id != client.owner_via
    ]
    del client.referrals[ended[0]]


def _client_fields(client: Client, event: Record) -> None:
    owner = event["owner"]
    if owner:
        client.owner, client.owner_via = owner["new"], hexed(owner["via"])
    if event["status"]:
        client.status, client.closing_reason = event["status"], event["closing_reason"]
    for name in ("region", "consent", "parked", "redriven"):
        if event[name] is not None:
            setattr(client, name, event[name])
    if event["consent"] == "WITHDRAWN":
        client.withdrawn_at = event["at"]
    if event["match"]:
        client.match = hexed(event["match"])
    if event["remembered"]:
        entry = hexed(event["remembered"]["id"]), hexed(event["remembered"]["digest"])
        client.recent = [*client.recent, entry][-RECENT_MAX:]
    if event["visited"]:
        visit = event["visited"], calendar.day_of(event["at"])
        client.visited = [*client.visited, visit][-VISITED_MAX:]
    if event["merging"]:
        merging = hexed(event["merging"])
        client.merging = merging if merging.strip("0") else None
    if event["merged_into"]:
        client.merged_into = hexed(event["merged_into"])
    if event["forwarded"]:
        client.forwarded = [*client.forwarded, hexed(event["forwarded"])][-FORWARDED_MAX:]
    action = event["next_action"]
    if action:
        client.next_action = action["duty"], action["desk"], action["due"]
    if not client.is_open:
        client.next_action = None


def _clocks(client: Client, named: Record) -> dict[str, Clock]:
    return client.referrals[hexed(named["referral"])].clocks if named["referral"] else client.clocks


PLAIN_FIELDS = tuple(
    "kind subject giver sender target wished group question urgent state delivery accepted disputed"
    " escalation version sender_at target_at not_before expires_at review_every accepted_at left"
    " progress cancel_by outcome next_step".split()
)


def hexed(value: bytes | str) -> str:
    return value.hex() if isinstance(value, bytes) else value


def client_of(record: Record) -> Client:
    """A record of topic clients."""
    desks = record["desks"]
    client = Client(hexed(record["client"]))
    for name in (
        "status",
        "closing_reason",
        "region",
        "consent",
        "withdrawn_at",
        "parked",
        "redriven",
        "applied",
        "version",
    ):
        setattr(client, name, record[name])
    client.owner = desks[record["owner"]] if record["owner"] >= 0 else None
    client.owner_via = hexed(record["owner_via"]) if client.owner else None
    client.match = record["match"] and hexed(record["match"])
    client.clocks = _clocks_of(record["clocks"])
    client.recent = [(hexed(entry["id"]), hexed(entry["digest"])) for entry in record["recent"]]
    client.visited = [(desks[visit["desk"]], visit["date"]) for visit in record["visited"]]
    client.merging = record["merging"] and hexed(record["merging"])
    client.merged_into = record["merged_into"] and hexed(record["merged_into"])
    client.forwarded = [hexed(name) for name in record["forwarded"]]
    if client.is_open and record["duty_desk"] >= 0:
        client.next_action = record["duty"], desks[record["duty_desk"]], record["duty_due"]
    for each in record["referrals"]:
        referral = _referral_of(each, desks)
        client.referrals[referral.id] = referral
    return client


def _referral_of(record: Record, desks: list[str]) -> Referral:
    fields = {key: record[key] for key in PLAIN_FIELDS}
    for role in ("giver", "sender", "target", "wished"):
        fields[role] = None if fields[role] is None else desks[fields[role]]
    referral = Referral(
        id=hexed(record["referral"]),
        digest=hexed(record["digest"]),
        created_by=hexed(record["created_by"]),
        **fields,
    )
    referral.clocks = _clocks_of(record["clocks"])
    referral.numbers = {desks[entry["desk"]]: entry["number"] for entry in record["handovers"]}
    return referral


def _clocks_of(records: list[Record]) -> dict[str, Clock]:
    return {each["clock"]: clock_of(each) for each in records}


def clock_of(record: Record) -> Clock:
    names = ("clock", "armed", "due", "level", "role", "counted")
    return Clock(*(record[name] for name in names))


def message_of(record: Record, hops: int = 0) -> Message:
    """A record of topic intake; its body came with the name of its schema."""
    type_name, body = record["body"]
    body = dict(body)
    for name in ("referral", "other_referral", "other_client"):
        body[name] = body.get(name) and hexed(body[name])
    return Message(
        id=hexed(record["id"]),
        partner=record["partner"],
        digest=hexed(record["digest"]),
        client=record["client"] and hexed(record["client"]),
        occurred_at=record["occurred_at"],
        type=type_name.rpartition(".")[2],
        body=body,
        derived_reference=record["derived_reference"],
        case=record["case"],
        match=record["match"] and hexed(record["match"]),
        sealed=record["sealed"],
        hops=hops,
    )
