"""traffic - partners at work: HTTP clients that play lives, and a ledger of the answers."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from deploy import token_of
from model.fold import hexed
from model.scenario import Answer, Call, Child, Life
from model.wire import Registry

TAKEN = frozenset({200, 201, 202, 204})
AGAIN = frozenset({0, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Sent:
    """One call and its last answer; tries > 1: intake may have it more than once."""

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
        self, partner: str, method: str, path: str, body: bytes | None, **headers: str
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
                "Authorization": f"Bearer {token_of(partner)}",
                "Content-Type": "application/json",
            }
            connection.request(method, path, body, sent | headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        except (OSError, http.client.HTTPException):
            self.connections.pop(url, connection).close()
            return 0, {}, b""

    def post(self, call: Call, seconds: float) -> tuple[Sent, str | None]:
        """As a careful partner: the same again until there is an answer that says yes or no."""
        end = time.monotonic() + seconds
        body = json.dumps(call.body).encode()
        tries = 0
        while True:
            tries += 1
            status, headers, _ = self.send(call.partner, "POST", call.path, body)
            if status not in AGAIN or time.monotonic() > end:
                return Sent(call, status, tries), headers.get("Location")
            time.sleep(0.1)


class Children(threading.Thread):
    """Reads events to learn which referrals the hub made from which."""

    def __init__(self, brokers: str, registry: str, prefix: str) -> None:
        super().__init__(daemon=True)
        self.brokers, self.registry, self.topic = brokers, Registry(registry), prefix + "events"
        self.found: dict[str, str] = {}
        self.changed = threading.Condition()
        self.done = threading.Event()

    def run(self) -> None:
        consumer = Consumer(
            {
                "bootstrap.servers": self.brokers,
                "group.id": "children",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 20,
            }
        )
        parts = consumer.list_topics(self.topic, timeout=30).topics[self.topic].partitions
        consumer.assign([TopicPartition(self.topic, number, OFFSET_BEGINNING) for number in parts])
        while not self.done.is_set():
            message = consumer.poll(0.2)
            if message is not None and not message.error():
                self._take(self.registry.decode(message.value()))
        consumer.close()

    def _take(self, event: dict) -> None:
        made = [each["after"] for each in event["transitions"] if each["after"]["parent"]]
        with self.changed:
            for referral in made:
                self.found[hexed(referral["parent"])] = hexed(referral["referral"])
            if made:
                self.changed.notify_all()

    def wait(self, parent: str, seconds: float) -> str | None:
        with self.changed:
            self.changed.wait_for(lambda: parent in self.found, seconds)
            return self.found.get(parent)


@dataclass
class Traffic:
    """Plays lives from several threads; each client's calls go one after the other."""

    edges: Edges
    children: Children
    threads: int = 8
    patience: float = 120.0
    ledger: list[Sent] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    def play(self, lives: Sequence[Life]) -> None:
        self.start(lives)
        self.join()

    def start(self, lives: Sequence[Life]) -> None:
        queue: SimpleQueue[Life] = SimpleQueue()
        for life in lives:
            queue.put(life)
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

    def _work(self, queue: SimpleQueue[Life]) -> None:
        client = Client(self.edges)
        try:
            while True:
                self._live(client, queue.get_nowait())
        except Empty:
            pass
        except BaseException as error:  # a worker's failure is the test's
            self.failures.append(error)

    def _live(self, client: Client, life: Life) -> None:
        story = life.story()
        answer: Answer | str | None = None
        while True:
            try:
                asked = story.send(answer)
            except StopIteration:
                return
            if isinstance(asked, Child):
                answer = self.children.wait(asked.parent, 10)
                continue
            sent, location = client.post(asked, self.patience)
            self.ledger.append(sent)
            answer = Answer(sent.status, referral_of(location))

    def statuses(self) -> Counter[str]:
        return Counter(f"{sent.call.move} {sent.status}" for sent in self.ledger)


def referral_of(location: str | None) -> str | None:
    """The id in a Location header, without hyphens, as everywhere here."""
    return location.rstrip("/").rpartition("/")[2].replace("-", "") if location else None
