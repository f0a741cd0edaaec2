"""traffic - partners at work: HTTP clients that play lives, and a ledger of the answers."""

import contextlib
import http.client
import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from confluent_kafka import KafkaError, KafkaException, Producer
from core import encode, encode_fact
from deploy import token_of
from model.calls import Answer, Call, Child, Look, message_of
from model.judge import Report, Topics
from model.scenario import Life, Turn
from model.state import Message
from model.wire import Unreadable, read_topic
from watch import HEAD_SIZE, Watch

TAKEN = frozenset({200, 201, 202, 204})
AGAIN = frozenset({0, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Sent:
    """One call and its last answer; tries > 1: intake may have it more than once."""

    life: str
    call: Call
    status: int
    tries: int


@dataclass
class Edges:
    """Where to send. The list may change while traffic runs."""

    urls: list[str]


class Client:
    """Keep-alive connections of one thread, one per edge."""

    def __init__(self, edges: Edges) -> None:
        self.edges = edges
        self.connections: dict[str, http.client.HTTPConnection] = {}
        self.turn = 0

    def send(
        self, token: str, method: str, path: str, body: bytes | None, **headers: str
    ) -> tuple[int, dict, bytes]:
        """Status (0: no answer), headers and body."""
        self.turn += 1
        url = self.edges.urls[self.turn % len(self.edges.urls)]
        try:
            connection = self.connections.get(url)
            if connection is None:
                connection = self.connections[url] = http.client.HTTPConnection(
                    urlsplit(url).netloc, timeout=15
                )
            sent = {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
            }
            connection.request(method, path, body, sent | headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        except (OSError, http.client.HTTPException):
            self.connections.pop(url, connection).close()
            return 0, {}, b""

    def post(self, life: str, call: Call, seconds: float) -> tuple[Sent, str | None]:
        """As a careful partner: the same again until there is an answer that says yes or no."""
        end = time.monotonic() + seconds
        body = json.dumps(call.body).encode()
        tries = 0
        while True:
            tries += 1
            token = token_of(call.partner, call.role)
            status, headers, _ = self.send(token, "POST", call.path, body)
            if status not in AGAIN or time.monotonic() > end:
                return Sent(life, call, status, tries), headers.get("Location")
            time.sleep(0.1)


class Voice:
    """Says to the router, beside the edge, what only the hub itself says."""

    def __init__(self, watch: Watch) -> None:
        self.watch, self.topic = watch, watch.prefix + "intake"
        self.producer = Producer({"bootstrap.servers": watch.brokers, "linger.ms": 1})
        self.count = len(self.producer.list_topics(self.topic).topics[self.topic].partitions)

    def say(self, message: Message) -> None:
        """It is stored when this returns. Something of a partner lies in intake already."""
        with self.watch.changed:
            assert self.watch.changed.wait_for(lambda: self.watch.head, 10)
        name = message.body["referral"]
        value, place = self.watch.head + encode(message), int(name[:3], 16) % self.count
        self._store(self.topic, value, name, place)

    def say_fact(self, key: str, fact: dict[str, Any]) -> None:
        """As whoever finds it out. Something else lies in topic facts already."""
        prefix = self.watch.prefix
        known = next(read_topic(self.watch.brokers, "facts", prefix))
        value = (known.value or b"")[:HEAD_SIZE] + encode_fact(fact)
        self._store(prefix + "facts", value, key, 0)

    def _store(self, topic: str, value: bytes, key: str, place: int) -> None:
        outcome: list[KafkaError | None] = []
        self.producer.produce(
            topic, value, key, place, on_delivery=lambda error, _: outcome.append(error)
        )
        while not outcome:
            self.producer.poll(0.01)
        if outcome[0]:
            raise KafkaException(outcome[0])


@dataclass
class Traffic:
    """Plays lives from several threads; each client's calls go one after the other."""

    edges: Edges
    watch: Watch
    threads: int = 8
    patience: float = 120.0
    child_patience: float = 10.0  # the hub may have made none after all
    ledger: list[Sent] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    calls: int | None = None
    voice: Voice | None = None

    def play(self, lives: Sequence[Life]) -> None:
        self.start(lives)
        self.join()

    def start(self, lives: Sequence[Life]) -> None:
        self.go_on(list(map(Turn, lives)))

    def go_on(self, turns: Sequence[Turn], calls: int | None = None) -> None:
        """Each life makes so many calls at most, or all; the rest another time."""
        self.calls = calls
        if any(turn.life.hub_speaks for turn in turns):
            self.voice = self.voice or Voice(self.watch)
        queue: SimpleQueue[Turn] = SimpleQueue()
        for turn in turns:
            queue.put(turn)
        self.workers = [
            threading.Thread(target=self._work, args=(queue,), daemon=True)
            for _ in range(self.threads)
        ]
        for worker in self.workers:
            worker.start()

    @property
    def running(self) -> bool:
        return any(worker.is_alive() for worker in self.workers)

    def join(self) -> None:
        for worker in self.workers:
            worker.join()
        if self.failures:
            raise self.failures[0]

    def _work(self, queue: SimpleQueue[Turn]) -> None:
        client = Client(self.edges)
        try:
            while True:
                self._live(client, queue.get_nowait())
        except Empty:
            pass
        except BaseException as error:  # a worker's failure is the test's
            self.failures.append(error)

    def _live(self, client: Client, turn: Turn) -> None:
        made = 0
        while turn.asked and made != self.calls:
            made += isinstance(turn.asked, Call)
            turn.answer(self._answer(client, turn.life, turn.asked))

    def _answer(self, client: Client, life: Life, asked: Call | Child | Look) -> Any:
        if isinstance(asked, Child):
            return self.watch.child(asked, self.child_patience)
        if isinstance(asked, Look):
            return self.watch.look(asked, 10)
        if asked.partner == "hub":
            self.voice.say(message_of(asked, asked.named, ""))
            return Answer(202)
        sent, location = client.post(life.person_name, asked, self.patience)
        self.ledger.append(sent)
        return Answer(sent.status, referral_of(location))

    def statuses(self) -> Counter[str]:
        return Counter(f"{sent.call.move} {sent.status}" for sent in self.ledger)


def referral_of(location: str | None) -> str | None:
    """The id in a Location header, without hyphens, as everywhere here."""
    return location.rstrip("/").rpartition("/")[2].replace("-", "") if location else None


def check_ledger(
    topics: Topics, ledger: Sequence[Sent], report: Report, alone: bool = True
) -> None:
    """What was answered 202 is in intake, in each client's order; what was refused is not. What
    routers send there, and what is said for them, is not the ledger's.

    After a request to the broker timed out, librdkafka's idempotent producer goes on with a new
    epoch and may store a record again: that must then fall away by its id, or be rejected alike.
    alone: nothing came in that is not in the ledger.
    """
    places: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for record in topics.intake:
        with contextlib.suppress(Unreadable):
            message = topics.registry.decode(record.value)
            if message["partner"] != "hub" and "hops" not in record.headers:
                places[message["partner"], message["reference"]].append(record.place)
    allowed: Counter[tuple[str, str]] = Counter()
    refused: Counter[str] = Counter()
    last: dict[str, tuple[tuple[str, str], tuple[int, int]]] = {}
    for sent in ledger:
        key = sent.call.partner, sent.call.reference
        where = f"{sent.call.move} {key}"
        if sent.status not in TAKEN:
            refused[sent.call.partner] += sent.status in (400, 409)
            right = sent.status == 400 and (sent.call.bad or sent.call.perhaps)
            if sent.status in AGAIN or (not right and (sent.status == 400) != sent.call.bad):
                report.add("answer", where, 400 if sent.call.bad else 202, sent.status)
            continue
        allowed[key] += sent.tries
        if not places[key]:
            report.add("lost", where, "in intake", None)
        elif allowed[key] == sent.tries:
            before, place = last.get(sent.life, (key, places[key][0]))
            if place[0] == places[key][0][0] and place > places[key][0]:
                report.add("order of a client", where, f"after {before} {place}", places[key][0])
            last[sent.life] = key, places[key][0]
    settled = {
        (event["partition"], event["offset"]): (event["result"], event["code"])
        for _, event in topics.events
    }
    for key, found in places.items():
        if len(found) <= allowed[key] or (not alone and not allowed[key]):
            continue
        report.counts["stored again by the producer"] += len(found) - allowed[key]
        results = {settled.get(place) for place in found} - {("DUPLICATE", None)}
        if not allowed[key] or len(results) > 1:
            report.add("twice in intake", str(key), f"at most {allowed[key]}", results)
    for partner, count in refused.items():
        if report.partners[partner]["refused"] < count:
            report.add("refused", partner, count, report.partners[partner]["refused"])
    report.counts["calls"] = len(ledger)
