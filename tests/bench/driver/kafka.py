"""kafka - what the cases ask of the brokers: topics made and emptied, offsets, progress."""

import contextlib
import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

from driver.process import Running, cpu_seconds

SECONDS = 30
STALLED_SECONDS = 30
POLL_SECONDS = 0.05
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Progress:
    """What a process did between two moments."""

    messages: int
    seconds: float
    cpu: float

    @property
    def per_cpu_second(self) -> float:
        return self.messages / self.cpu

    @property
    def per_second(self) -> float:
        return self.messages / self.seconds


class Kafka:
    def __init__(self, brokers: str, registry: str) -> None:
        self.brokers = brokers
        self.registry = registry
        self.admin = AdminClient({"bootstrap.servers": brokers, "log_level": 0})
        self.readers: dict[str, Consumer] = {}

    def _reader(self, group: str) -> Consumer:
        """Sees the offsets of open transactions as little as anybody, and waits for none."""
        if group not in self.readers:
            self.readers[group] = Consumer(
                {
                    "bootstrap.servers": self.brokers,
                    "group.id": group,
                    "isolation.level": "read_uncommitted",
                    "enable.auto.commit": False,
                    "log_level": 0,
                }
            )
        return self.readers[group]

    def topics(self, prefix: str) -> list[str]:
        known = self.admin.list_topics(timeout=SECONDS).topics
        return sorted(name for name in known if name.startswith(prefix))

    def places(self, topic: str) -> list[TopicPartition]:
        known = self.admin.list_topics(topic, timeout=SECONDS).topics[topic]
        return [TopicPartition(topic, number) for number in sorted(known.partitions)]

    def total(self, topic: str) -> int:
        """Records in a topic that is written without transactions."""
        reader = self._reader("bench-total")

        def count() -> int:
            marks = [reader.get_watermark_offsets(place, SECONDS) for place in self.places(topic)]
            return sum(high - low for low, high in marks)

        return answered(count)

    def last_values(self, topic: str, wants: Callable[[bytes], bool]) -> list[bytes]:
        """The last value under each key that is wanted."""
        found: dict[bytes, bytes] = {}
        for record in self._records(topic):
            if wants(record.key()):
                found[record.key()] = record.value()
        return list(found.values())

    def keys(self, topic: str) -> set[bytes]:
        return {record.key() for record in self._records(topic)}

    def _records(self, topic: str) -> Iterator[Message]:
        """Those that are committed, to the end that the topic has."""
        reader = Consumer(
            {
                "bootstrap.servers": self.brokers,
                "group.id": "bench-records",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "log_level": 0,
            }
        )
        places = self.places(topic)
        reader.assign([TopicPartition(topic, place.partition, 0) for place in places])
        left = len(places)
        while left > 0:
            for record in reader.consume(10000, SECONDS):
                if record.error() is None:
                    yield record
                elif record.error().code() == KafkaError._PARTITION_EOF:
                    left -= 1
                else:
                    raise KafkaException(record.error())
        reader.close()

    def committed(self, group: str, topic: str) -> int:
        reader = self._reader(group)
        places = answered(lambda: reader.committed(self.places(topic), timeout=SECONDS))
        return sum(max(0, place.offset) for place in places)

    def twins(self, topics: list[str], prefix: str, twin: str) -> None:
        """Topics with another prefix and the settings of these."""
        resources = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in topics]
        made = []
        for resource, future in self.admin.describe_configs(resources).items():
            settings = {
                entry.name: entry.value
                for entry in future.result().values()
                if entry.source == 1  # set on the topic itself
            }
            name = twin + resource.name.removeprefix(prefix)
            made.append(NewTopic(name, len(self.places(resource.name)), 1, config=settings))
        self.create(made)

    def create(self, topics: list[NewTopic]) -> None:
        for future in self.admin.create_topics(topics, operation_timeout=SECONDS).values():
            future.result()

    def delete(self, topics: list[str]) -> None:
        """Returns when they are gone."""
        if not topics:
            return
        for future in self.admin.delete_topics(topics, operation_timeout=SECONDS).values():
            future.result()
        end = time.monotonic() + SECONDS
        while set(topics) & set(self.admin.list_topics(timeout=SECONDS).topics):
            if time.monotonic() > end:
                raise TimeoutError(f"topics are still there: {topics}")
            time.sleep(0.2)

    def forget(self, group: str) -> None:
        """The group's places, so that its next member starts at the beginning."""
        end = time.monotonic() + SECONDS
        while self._knows(group):
            with contextlib.suppress(KafkaException):  # its member may still be leaving
                self.admin.delete_consumer_groups([group])[group].result()
            if time.monotonic() > end:
                raise TimeoutError(f"group {group} cannot be deleted")
            time.sleep(0.2)

    def _knows(self, group: str) -> bool:
        """Asking for a group by name would wait while the brokers know none at all."""
        listed = self.admin.list_consumer_groups(request_timeout=SECONDS).result()
        return any(known.group_id == group for known in listed.valid)

    def schema_id(self, subject: str) -> int:
        url = f"{self.registry}/subjects/{subject}/versions/latest"
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:
            return json.load(answer)["id"]

    def follow(
        self, process: Running, group: str, topic: str, total: int, share: float = 0.1
    ) -> Progress:
        """From `share` of all messages to the last, by the offsets that the group commits."""
        first = last = None
        moved = time.monotonic()
        while True:
            process.check()
            done, now = self.committed(group, topic), time.monotonic()
            if last is None or done > last[0]:
                last, moved = (done, now, cpu_seconds(process.pid)), now
            if first is None and done >= share * total:
                first = last
            if done >= total:
                break
            if now - moved > STALLED_SECONDS:
                raise TimeoutError(f"{process.name}: {done} of {total} messages, then nothing")
            time.sleep(POLL_SECONDS)
        if first is last:
            raise ValueError(f"{process.name} was done before it could be measured: more messages")
        return Progress(last[0] - first[0], last[1] - first[1], last[2] - first[2])

    def close(self) -> None:
        for reader in self.readers.values():
            with contextlib.suppress(KafkaException):
                reader.close()


def answered(ask: Callable[[], Answer]) -> Answer:
    """A topic or a group that was made a moment ago has no leader or coordinator yet."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            return ask()
        except KafkaException:
            if time.monotonic() > end:
                raise
        time.sleep(0.2)


def wait_for(what: str, check: Callable[[], bool], seconds: float, pause: float = 0.02) -> float:
    """How long it took."""
    start = time.monotonic()
    while not check():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(pause)
    return time.monotonic() - start
