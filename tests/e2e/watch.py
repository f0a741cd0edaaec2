"""watch - a reader of the hub's topics beside the tests, while traffic runs."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition
from model.calls import Child, Look
from model.fold import client_of, hexed
from model.state import Client
from model.wire import Registry, read_topic

PATIENCE = 30.0  # seconds for what is in a topic already
TOPICS = ("intake", "events", "clients")
HEAD_SIZE = 5


class Watch(threading.Thread):
    """Reads as it comes what lies in intake, what is decided, and what that makes of clients."""

    def __init__(self, brokers: str, registry: str, prefix: str) -> None:
        super().__init__(daemon=True)
        self.brokers, self.registry, self.prefix = brokers, Registry(registry), prefix
        self.children: dict[str, list[str]] = defaultdict(list)
        self.client_of_referral: dict[str, str] = {}
        self.clients: dict[str, bytes] = {}  # as they were written last
        self.records = self.decided = self.fired = 0
        self.head = b""  # of a value in intake: in which schema it is
        self.passed: dict[int, int] = {}  # per partition of intake the offset that comes next
        self.failure: BaseException | None = None
        self.changed = threading.Condition()
        self.done = threading.Event()

    def run(self) -> None:
        try:
            self._follow()
        except BaseException as error:  # for those who wait
            with self.changed:
                self.failure = error
                self.changed.notify_all()

    def _consumer(self) -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self.brokers,
                "group.id": "watch",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 20,
            }
        )

    def _partitions(self, consumer: Consumer, name: str) -> list[TopicPartition]:
        topic = self.prefix + name
        parts = consumer.list_topics(topic, timeout=30).topics[topic].partitions
        return [TopicPartition(topic, number, OFFSET_BEGINNING) for number in parts]

    def _follow(self) -> None:
        consumer = self._consumer()
        consumer.assign([part for name in TOPICS for part in self._partitions(consumer, name)])
        while not self.done.is_set():
            message = consumer.poll(0.2)
            if message is None:
                continue
            name = message.topic().removeprefix(self.prefix)
            if message.error() is None:
                self._take(name, message)
            elif message.error().code() == KafkaError._PARTITION_EOF and name == "intake":
                self._pass(message.partition(), message.offset())
        consumer.close()

    def _take(self, name: str, message: Any) -> None:
        if name == "events":
            self._decided(self.registry.decode(message.value()))
        elif name == "clients":
            self.clients[message.key().decode()] = message.value()
        else:
            self.records += 1
            self.head = (message.value() or b"")[:HEAD_SIZE]
            self._pass(message.partition(), message.offset() + 1)

    def _pass(self, partition: int, offset: int) -> None:
        """Also where routers have left the marks of their transactions."""
        with self.changed:
            self.passed[partition] = offset
            self.changed.notify_all()

    def _decided(self, event: dict) -> None:
        after = [each["after"] for each in event["transitions"]]
        with self.changed:
            self.decided += event["offset"] is not None
            self.fired += event["offset"] is None
            for referral in after:
                name = hexed(referral["referral"])
                self.client_of_referral[name] = hexed(event["client"])
                if referral["parent"]:
                    self.children[hexed(referral["parent"])].append(name)
            self.changed.notify_all()

    def child(self, asked: Child, seconds: float) -> str | None:
        """The referral that the hub made from this one."""

        def made() -> list[str]:
            return [name for name in self.children[asked.parent] if name not in asked.known]

        self._wait(made, seconds)
        return next(iter(made()), None)

    def client(self, referral: str) -> Client | None:
        """Whose it is, as that client is now."""
        value = self.clients.get(self.client_of_referral.get(referral, ""))
        return client_of(self.registry.decode(value)) if value else None

    def look(self, asked: Look, seconds: float) -> Client | None:
        """A client that waits for no other record's answer, or that has waited long."""
        end = time.monotonic() + seconds
        while (found := self.client(asked.referral)) and found.merging and time.monotonic() < end:
            with self.changed:
                self.changed.wait(0.1)
        return found

    def _wait(self, check: Callable[[], Any], seconds: float) -> bool:
        """Whether it came; never for what nobody reads any more."""
        with self.changed:
            came = self.changed.wait_for(lambda: self.failure or check(), seconds)
        if self.failure:
            raise RuntimeError("the topics are not read any more") from self.failure
        return bool(came)

    def wait_decided(self, count: int, seconds: float) -> bool:
        return self._wait(lambda: self.decided >= count, seconds)

    def records_of_intake(self) -> int:
        """How many there are now: records, which are fewer than offsets."""
        consumer = self._consumer()
        try:
            ends = {
                part.partition: consumer.get_watermark_offsets(part, timeout=PATIENCE)[1]
                for part in self._partitions(consumer, "intake")
            }
        finally:
            consumer.close()

        def is_read() -> bool:
            return all(self.passed.get(part, 0) >= end for part, end in ends.items())

        if not self._wait(is_read, PATIENCE):
            raise TimeoutError(f"intake is read to {self.passed}, not to {ends}")
        return self.records

    def wait_settled(self, seconds: float) -> bool:
        """Until each record of intake has its event, also those that routers have sent there."""
        end = time.monotonic() + seconds
        while (count := self.records_of_intake()) > self.decided and time.monotonic() < end:
            self.wait_decided(count, end - time.monotonic())
        return self.decided >= count

    def is_due(self, moment: int) -> bool:
        """Whether a clock that has come due by then did not fire yet: as the topic is now."""
        records = read_topic(self.brokers, "clients", self.prefix)
        newest = {record.key: record.value for record in records}
        clients = (client_of(self.registry.decode(value)) for value in newest.values() if value)
        return any(clock.due <= moment for client in clients for clock, _ in client.armed())

    def wait_at_rest(self, now: Callable[[], int], seconds: float) -> None:
        """Settled, and all clocks have fired that are due by now(); what they sent is decided."""
        end = time.monotonic() + seconds
        while self.is_due(now()) or not self.wait_settled(0) or self.is_due(now()):
            if time.monotonic() > end:
                raise TimeoutError(f"the clocks do not come to rest within {seconds:.0f} s")
            time.sleep(0.2)
