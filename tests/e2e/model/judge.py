"""judge - replays intake through the model and compares it with all that the router wrote."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from . import cases, clocks, invariants, machine, merge
from .fold import client_of, clock_of, fold, hexed, message_of
from .machine import Decision
from .outages import Known
from .rules import CLOCKS, Config
from .state import Client, Clock, Message, Referral, Word
from .wire import PREFIX, Record, Registry, Unreadable, read_topic, siphash

TOPICS = ("intake", "events", "clients", "handovers", "rejected", "facts")
CLOCKS_BUILT = frozenset({*CLOCKS, "T12"})
DIFFERENCES_MAX = 40
FACTS_LAG = 10_000  # ms until a router has read a fact


@dataclass(frozen=True)
class Difference:
    what: str
    where: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.where}: {self.what}\n    expected {self.expected}\n    found    {self.found}"


@dataclass
class Report:
    differences: list[Difference] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    partners: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, what: str, where: str, expected: Any, found: Any) -> None:
        self.counts[f"difference: {what}"] += 1
        self.differences.append(Difference(what, where, expected, found))

    def __str__(self) -> str:
        lines = [f"{name}: {count}" for name, count in sorted(self.counts.items())]
        for partner, sums in sorted(self.partners.items()):
            lines.append(
                f"partner {partner}: " + ", ".join(f"{key} {sums[key]}" for key in sorted(sums))
            )
        lines += [str(each) for each in self.differences[:DIFFERENCES_MAX]]
        return "\n".join(lines)


@dataclass
class Topics:
    """Everything that was read, decoded where it can be."""

    intake: list[Record]
    events: list[tuple[Record, dict]]
    clients: list[tuple[Record, dict]]
    handovers: list[tuple[Record, dict]]
    rejected: list[tuple[Record, dict]]
    registry: Registry
    facts: list[tuple[Record, dict | None]] = field(default_factory=list)
    words: list[Message] | None = None  # from client to client; None: those that lie in intake

    @classmethod
    def read(cls, brokers: str, registry_url: str, prefix: str = PREFIX) -> "Topics":
        registry = Registry(registry_url)
        found: dict[str, Any] = {"intake": list(read_topic(brokers, "intake", prefix))}
        for topic in TOPICS[1:]:
            found[topic] = [
                (record, registry.decode(record.value) if record.value else None)
                for record in read_topic(brokers, topic, prefix)
                if record.value or topic == "facts"
            ]
        return cls(**found, registry=registry)


class Judge:
    def __init__(
        self,
        config: Config,
        topics: Topics,
        clock_names: Iterable[str] = CLOCKS_BUILT,
        lead: int = 0,
        rests: bool = True,
        facts_lag: int = FACTS_LAG,
    ) -> None:
        """lead: how far the hub's time may be ahead of the brokers' (clock_offset), in ms.
        rests: every clock that is due by the last decision has been fired. facts_lag: how long a
        router may take to read a fact."""
        self.config, self.topics = config, topics
        self.clock_names = frozenset(clock_names)
        self.lead, self.rests, self.facts_lag = lead, rests, facts_lag
        self.report = Report()
        self.known = Known(topics.facts)
        self.model: dict[str, Client] = {}
        self.router: dict[str, Client] = {}
        self.client_of_referral: dict[str, str] = {}
        self.sent_on_by: dict[str, list[str]] = defaultdict(list)  # who merged clients sent on
        self.astray: set[str] = set()  # clients on which model and router already differ
        self.now: dict[int, int] = {}
        self.partition_of: dict[str, int] = {}
        self.hashes: dict[str, bytes] = {}
        self.sealed: Any = None  # of the Referral that is being judged
        self.words: Counter[Word | None] = Counter()  # expected, less those found
        self.told: dict[tuple[str, str, int], dict[str, Any]] = {}

    def run(self) -> Report:
        self._events()
        if self.rests:
            self._overdue()
        self._clients()
        self._handovers()
        self._rejected()
        self._words()
        return self.report

    # Events against intake

    def _events(self) -> None:
        intake = {record.place: record for record in self.topics.intake}
        decided: set[tuple[int, int]] = set()
        last: dict[int, int] = {}
        for record, event in self.topics.events:
            place = event["partition"], event["offset"]
            where = f"events[{record.partition}]@{record.offset}"
            if event["partition"] != record.partition:
                self.report.add(
                    "event in another partition", where, record.partition, event["partition"]
                )
            if event["offset"] is None:
                self._clock(where, record, event)
                continue
            if place in decided or place not in intake:
                text = "two events of one record" if place in decided else "event without a record"
                self.report.add(text, where, "one", place)
                continue
            if event["offset"] < last.get(event["partition"], -1):
                self.report.add(
                    "order", where, f"after {last[event['partition']]}", event["offset"]
                )
            decided.add(place)
            last[event["partition"]] = event["offset"]
            self._message(f"{where} intake[{place[0]}]@{place[1]}", intake[place], event)
        for place in sorted(set(intake) - decided):
            self.report.add(
                "record without an event", f"intake[{place[0]}]@{place[1]}", "one event", None
            )
        self.report.counts["intake records"] = len(intake)
        self.report.counts["events of records"] = len(decided)

    def _message(self, where: str, record: Record, event: dict) -> None:
        now = max(record.time, self.now.get(record.partition, 0))
        if now < event["at"] <= now + self.lead:
            now = event["at"]
        self.now[record.partition] = now
        if event["at"] != now:
            self.report.add("now of the decision", where, now, event["at"])
            self.now[record.partition] = now = max(now, event["at"])
        partner, decision, client = self._decide(record, event, now)
        self._passed_over(where, client, now)
        if not int(record.headers.get("hops") or 0):  # a copy is nobody's message (I5)
            sums = self.report.partners[partner]
            sums["received"] += 1
            sums[event["result"].lower()] += 1
        self.report.counts[f"{event['result']} {event['code'] or ''}".strip()] += 1
        self._compare(where, client, decision, event)

    def _decide(self, record: Record, event: dict, now: int) -> tuple[str, Decision, str | None]:
        """The partner, what the model decides, and about whom."""
        redrive = int(record.headers.get("redrive") or 0)
        skip = "redrive-skip" in record.headers
        try:
            hops = int(record.headers.get("hops") or 0)
            message = message_of(self.topics.registry.decode(record.value), hops)
        except Unreadable as unreadable:
            client = self._client_of_key(record.key)
            known = self.model.get(client or "")
            if client is None:
                return "unknown", Decision("REJECTED", None, unreadable.code), None
            if known and not known.flows and not redrive:
                return "unknown", machine.park(known, "PARKED", unreadable.code), client
            return "unknown", machine.park(known, "REJECTED", unreadable.code, client), client
        name = message.body["referral"] or ""
        client = message.client or self._named(name, event)
        if redrive:  # of the client in whose queue it waited, whatever it names
            client = self._client_of_key(record.key)
        made = made_ids(event, message)
        known = self.model.get(client or "")
        decision = machine.apply(
            self.config, known, message, now, lambda: next(made, machine.no_id()), redrive, skip
        )
        if self.topics.words is None:
            self.words[merge.word_of(message)] -= 1
        self.sealed = message.sealed if message.type == "Referral" else None
        return message.partner, decision, client

    def _named(self, referral: str, event: dict) -> str | None:
        """Who has the referral. Where the survivors of merges lie in the same partition, several
        have: the router takes any (reading 88)."""
        found = [*self.sent_on_by[referral], self.client_of_referral.get(referral)]
        if event["client"] and hexed(event["client"]) in found:
            return hexed(event["client"])
        return found[0]

    def _passed_over(self, where: str, client: str | None, now: int) -> None:
        """A clock that was due by now comes before the message."""
        known = self.model.get(client or "")
        if known is None or client in self.astray:
            return
        for clock, referral in known.armed():
            if clock.name in self.clock_names and clock.due <= now:
                named = (clock.name, referral and referral.id, clock.due)
                self.report.add("clock passed over", where, named, f"a message at {now}")

    def _overdue(self) -> None:
        """When the router rests, no clock is left that came due before its last decision."""
        last = {event["partition"]: event["at"] for _, event in self.topics.events}
        for _, event in self.topics.events:
            if event["client"] is not None:
                self.partition_of[hexed(event["client"])] = event["partition"]
        for name, client in self.router.items():
            for clock, _ in client.armed():
                if clock.due < last[self.partition_of[name]]:
                    self.report.add("clock overdue", f"client {name}", "fired", clock)

    def _client_of_key(self, key: str) -> str | None:
        if len(key) != 32 or any(digit not in "0123456789abcdef" for digit in key):
            return None
        return self.client_of_referral.get(key, key)

    def _clock(self, where: str, record: Record, event: dict) -> None:
        name = event["clock"]["clock"]
        client, of = hexed(event["client"]), event["clock"]["referral"]
        of = of and hexed(of)
        self.report.counts[f"clock {name}"] += 1
        now = self.now.get(record.partition, 0)
        self.now[record.partition] = max(now, event["at"])
        known = self.model.get(client)
        if client in self.astray or name not in self.clock_names:
            self._take(client, event)
            return
        holder = known and (known.referrals.get(of) if of else known)
        clock = holder.clocks.get(name) if holder else None
        if known is None or clock is None or event["at"] != max(clock.due, now):
            self.report.add("clock that is not due", where, clock, (name, of, event["at"]))
            self._lose(client, event)
            return
        decision = self._fired(known, record, event, of)
        if decision.client and not decision.told and (again := _armed(event)):
            self.report.counts["clocks put off"] += (again.counted or 0) >= clock.due
        self._compare(where, client, decision, event)

    def _fired(self, known: Client, record: Record, event: dict, of: str | None) -> Decision:
        """By what the router may have known of outages: as it decided, if any of that leads there;
        else by all of it."""
        name, first = event["clock"]["clock"], None
        for outages in self.known.around(record.time, self.facts_lag, record.partition):
            made = made_ids(event, None)
            decision = clocks.fire(
                self.config,
                known,
                name,
                of,
                lambda made=made: next(made, machine.no_id()),
                outages,
                event["at"],
            )
            first = first or decision
            assert decision.client
            holder = decision.client.referrals[of] if of else decision.client
            if holder.clocks.get(name) == _armed(event):
                return decision
        assert first
        return first

    # One event against one decision

    def _compare(self, where: str, client: str | None, decision: Decision, event: dict) -> None:
        found = event["client"] and hexed(event["client"])
        if client and found is None and decision.client is None:
            client = None
        where = f"client {client} {where}"
        if client is not None and client in self.astray:
            self._take(client, event)
            return
        expected, seen = _said(decision), _heard(event)
        if found != client and not (found is None or client is None):
            expected["client"], seen["client"] = client, found
        wrong = [name for name in expected if expected[name] != seen[name] and name != "text"]
        for name in wrong:
            self.report.add(name, where, _short(expected, name), _short(seen, name))
        self.words[decision.word] += 1
        self.report.counts["words between clients"] += decision.word is not None
        if client is None:
            return
        if wrong:
            self._lose(client, event)
            return
        if decision.client:
            self._keep_told(client, decision, event)
            self.model[client] = decision.client
            for referral in decision.client.forwarded:
                if client not in self.sent_on_by[referral]:
                    self.sent_on_by[referral].append(client)
            for referral in decision.client.referrals:
                self.client_of_referral[referral] = client
        self._take(client, event)
        self._same_state(where, client)

    def _keep_told(self, client: str, decision: Decision, event: dict) -> None:
        """What the handovers of this event must say."""
        assert decision.client
        for told in decision.told:
            if told.number:
                referral = decision.client.referrals[told.referral]
                said = self.told[told.desk, told.referral, told.number] = {
                    "kind": told.kind,
                    "role": told.role,
                    "clock": told.clock,
                    "level": told.level,
                    "owner": decision.client.responsible,
                    "deadline": deadline_of(decision.client, referral, told.desk),
                    "client": client,
                    "at": event["at"],
                    "state": referral.state,
                    "version": referral.version,
                }
                if decision.client.consent == "WITHDRAWN":
                    said["sealed"] = None
                elif told.kind == "OFFER" and self.sealed and event["offset"] is not None:
                    said["sealed"] = self.sealed

    def _same_state(self, where: str, client: str) -> None:
        model, router = self.model.get(client), self.router.get(client)
        if model is None or router is None:
            if model is not router:
                self.report.add("client", where, model, router)
                self.astray.add(client)
            return
        for path, expected, found in differ(model, router, self.clock_names):
            self.report.add(f"state {path[0]}", f"{where} {'.'.join(path[1:])}", expected, found)
            self.astray.add(client)
        for text in invariants.of_client(self.config, router):
            self.report.add("invariant", where, "holds", text)

    def _take(self, client: str, event: dict) -> None:
        """The router's own word, folded."""
        try:
            after = fold(self.router.get(client), event)
        except (KeyError, IndexError) as error:
            self.report.add("fold", f"client {client}", "an event that folds", repr(error))
            return
        if after is None:
            return
        self.router[client] = after
        if event["state_hash"]:
            self.hashes[client] = event["state_hash"]
        for referral in after.referrals:
            self.client_of_referral[referral] = client

    def _lose(self, client: str, event: dict) -> None:
        self.astray.add(client)
        self._take(client, event)

    # Topics clients, handovers, rejected

    def _clients(self) -> None:
        last: dict[str, tuple[Record, dict]] = {}
        applied: dict[str, int] = {}
        for record, value in self.topics.clients:
            if value["applied"] < applied.get(record.key, -1):
                self.report.add(
                    "order", f"client {record.key}", applied[record.key], value["applied"]
                )
            applied[record.key] = value["applied"]
            last[record.key] = record, value
        for key in sorted(set(last) ^ set(self.router)):
            self.report.add("client", f"client {key}", key in self.router, key in last)
        for key in set(last) & set(self.router):
            record, value = last[key]
            for path, expected, found in differ(self.router[key], client_of(value)):
                where = f"client {key} clients[{record.partition}]@{record.offset} {'.'.join(path)}"
                self.report.add("client is not the fold of its events", where, expected, found)
            if (
                key in self.hashes
                and record.value
                and siphash(record.value[5:]) != self.hashes[key]
            ):
                self.report.add(
                    "state_hash", f"client {key}", self.hashes[key].hex(), "another state"
                )
        self.report.counts["clients"] = len(last)
        self.report.counts["clients on which model and router differ"] = len(self.astray)

    def _handovers(self) -> None:
        """Those in the topic are those of the events, once each, without gaps and in order."""
        listed: Counter[tuple] = Counter()
        for _, event in self.topics.events:
            for each in event["handovers"]:
                listed[each["desk"], hexed(each["referral"]), each["number"], each["kind"]] += 1
        written: Counter[tuple] = Counter()
        last: Counter[tuple] = Counter()
        for record, value in self.topics.handovers:
            if value["number"] == 0:
                continue
            referral = hexed(value["referral"])
            written[value["desk"], referral, value["number"], value["kind"]] += 1
            last[referral, value["desk"]] += 1
            where = f"handovers[{record.partition}]@{record.offset} {value['desk']} {referral}"
            expected = self.told.get((value["desk"], referral, value["number"]), {})
            for name in expected:
                if hexed(value[name]) != expected[name]:
                    self.report.add(f"handover {name}", where, expected[name], value[name])
            if value["number"] != last[referral, value["desk"]]:
                self.report.add(
                    "handover number", where, last[referral, value["desk"]], value["number"]
                )
        for each in (listed - written) + (written - listed):
            self.report.add(
                "handover", str(each), f"{listed[each]} times", f"{written[each]} times"
            )
        self.report.counts["handovers"] = sum(written.values())

    def _rejected(self) -> None:
        """Each REJECTED or PARKED record lies in rejected once, with reason and owner."""
        wanted = {
            (event["partition"], event["offset"]): event["code"]
            for _, event in self.topics.events
            if event["offset"] is not None and event["result"] in ("REJECTED", "PARKED")
        }
        found: Counter[tuple[int, int]] = Counter()
        listings: list[tuple[str, dict]] = []
        for record, value in self.topics.rejected:
            where = f"rejected[{record.partition}]@{record.offset}"
            if not value["owner"] or not value["text"]:
                self.report.add("I6", where, "owner and text", (value["owner"], value["text"]))
            if value["refused"]:
                self.report.partners[value["partner"] or "unknown"]["refused"] += 1
                continue
            if value["code"] == "CASE_TWICE":
                listings.append((where, value))
                continue
            place = value["partition"], value["offset"]
            found[place] += 1
            if wanted.get(place) != value["code"]:
                self.report.add("rejection", where, wanted.get(place), value["code"])
        for place in set(wanted) | set(found):
            if found[place] != 1:
                self.report.add("rejection", f"intake[{place[0]}]@{place[1]}", 1, found[place])
        self.report.counts["rejections"] = sum(found.values())
        self._cases(listings)

    def _words(self) -> None:
        """What routers send one another lies in intake once each, and nothing else of the kind."""
        self.words.subtract(map(merge.word_of, self.topics.words or ()))
        self.words.pop(None, None)
        for word, count in self.words.items():
            if count and not self.astray:
                self.report.add("word", str(word), f"{count} more", "in intake")

    def _cases(self, listings: list[tuple[str, dict]]) -> None:
        """A case keeps its first client; of another one that it named, a listing tells. Edges that
        were asked at once may let two through, or one other too many: counted, not judged."""
        held = cases.of_intake(self.topics)
        twice = [case for case, clients in held.items() if len(clients) > 1]
        self.report.counts["cases with two clients"] = len(twice)
        said: Counter[tuple] = Counter()
        about = cases.by_message(self.topics)
        for where, value in listings:
            client, other = hexed(value["client"]), hexed(value["other"])
            said[value["partner"], value["case"], client, other] += 1
            message = about.get(hexed(value["message"]))
            if client == other or value["partition"] is not None:
                self.report.add("listing", where, "two clients, no place", value)
            if message and message != (value["partner"], value["case"], client):
                self.report.add("listing", where, message, (value["case"], client, other))
        self.report.counts["listings"] = sum(said.values())
        self.report.counts["listed again"] = sum(said.values()) - len(said)
        others = Counter(pair[:3] for pair in said)
        self.report.counts["cases of too many"] = sum(
            count > cases.OTHERS_MAX for count in others.values()
        )


def deadline_of(client: Client, referral: Referral, desk: str) -> int | None:
    """By when that desk must do something about the referral, or the client that it gave."""
    whose = {"TARGET": referral.target, "GIVER": referral.giver, "SENDER": referral.sender}
    whose["OWNER"] = client.owner or ""
    clocks = [*referral.clocks.values()]
    if client.owner_via == referral.id:
        clocks += client.clocks.values()
    dues = [each.due for each in clocks if whose.get(each.role) == desk]
    return min(dues, default=None)


def _armed(event: dict) -> Clock | None:
    """The clock that came due, as it runs on."""
    for each in event["armed"]:
        if (each["clock"], each["referral"]) == (
            event["clock"]["clock"],
            event["clock"]["referral"],
        ):
            return clock_of(each)
    return None


def made_ids(event: dict, message: Message | None) -> Iterator[str]:
    """Ids of referrals that the hub made: the model takes them over, having no keys."""
    given = message and message.type == "Referral" and message.body["referral"]
    new = [
        hexed(each["after"]["referral"]) for each in event["transitions"] if each["from"] is None
    ]
    return iter([name for name in new if name != given])


def _said(decision: Decision) -> dict[str, Any]:
    routing = decision.routing
    return {
        "result": decision.result,
        "code": decision.code,
        "text": decision.text,
        "transitions": [
            (each.row, each.before, each.referral, each.after) for each in decision.transitions
        ],
        "owner": decision.owner,
        "routing": routing and (routing.desk, routing.rule),
        "handovers": [
            (each.desk, each.referral, each.number, each.kind)
            for each in decision.told
            if each.number
        ],
    }


def _heard(event: dict) -> dict[str, Any]:
    owner, routing = event["owner"], event["routing"]
    return {
        "result": event["result"],
        "code": event["code"],
        "text": event["text"],
        "transitions": [
            (each["row"], each["from"], hexed(each["after"]["referral"]), each["after"]["state"])
            for each in event["transitions"]
        ],
        "owner": owner and (owner["old"], owner["new"], hexed(owner["via"])),
        "routing": routing and (routing["desk"], routing["rule"]),
        "handovers": [
            (each["desk"], hexed(each["referral"]), each["number"], each["kind"])
            for each in event["handovers"]
        ],
    }


def _short(said: dict[str, Any], name: str) -> Any:
    """What is wrong, with enough beside it to see why."""
    if name in ("result", "code", "client"):
        return said[name], said["text"], said["transitions"]
    return said[name]


IGNORED = frozenset({"version", "parent", "applied"})


def differ(
    one: Client, other: Client, clock_names: frozenset[str] | None = None
) -> Iterator[tuple]:
    """Where two clients differ: path and both values. clock_names: against the model."""
    skip = IGNORED if clock_names is not None else frozenset({"parent"})
    for name, value in vars(one).items():
        if name not in skip | {"referrals", "clocks"} and value != getattr(other, name):
            yield (name,), value, getattr(other, name)
    yield from _differ_clocks(("clocks",), one.clocks, other.clocks, clock_names)
    if list(one.referrals) != list(other.referrals):
        yield ("referrals",), list(one.referrals), list(other.referrals)
        return
    for name, referral in one.referrals.items():
        twin = other.referrals[name]
        yield from _differ_clocks(("clocks", name), referral.clocks, twin.clocks, clock_names)
        for key, value in vars(referral).items():
            if key not in ("clocks", "parent", "made_by") and value != getattr(twin, key):
                yield (key, name), value, getattr(twin, key)


def _differ_clocks(
    path: tuple[str, ...],
    one: dict[str, Clock],
    other: dict[str, Clock],
    names: frozenset[str] | None,
) -> Iterator[tuple]:
    for name in sorted(set(one) | set(other)):
        if (names is None or name in names) and one.get(name) != other.get(name):
            yield (*path, name), one.get(name), other.get(name)
