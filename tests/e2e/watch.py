"""watch - a reader of the hub's events beside the tests, while traffic runs."""

import threading
from collections import defaultdict

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from model.calls import Child
from model.fold import hexed
from model.wire import Registry


class Watch(threading.Thread):
    """Reads events as they come: how many records are decided, and what the hub made from what."""

    def __init__(self, brokers: str, registry: str, prefix: str) -> None:
        super().__init__(daemon=True)
        self.brokers, self.registry, self.topic = brokers, Registry(registry), prefix + "events"
        self.children: dict[str, list[str]] = defaultdict(list)
        self.decided = 0
        self.failure: BaseException | None = None
        self.changed = threading.Condition()
        self.done = threading.Event()

    def run(self) -> None:
        try:
            self._follow()
        except BaseException as error:  # for those who wait
            self.failure = error

    def _follow(self) -> None:
        consumer = Consumer(
            {
                "bootstrap.servers": self.brokers,
                "group.id": "watch",
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
            self.decided += event["offset"] is not None
            for referral in made:
                self.children[hexed(referral["parent"])].append(hexed(referral["referral"]))
            self.changed.notify_all()

    def child(self, asked: Child, seconds: float) -> str | None:
        """The referral that the hub made from this one."""

        def made() -> list[str]:
            return [name for name in self.children[asked.parent] if name not in asked.known]

        with self.changed:
            self.changed.wait_for(lambda: made() or self.failure, seconds)
            return next(iter(made()), None)

    def wait_decided(self, count: int, seconds: float) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.decided >= count or self.failure, seconds)

    def records_of_intake(self) -> int:
        consumer = Consumer({"bootstrap.servers": self.brokers, "group.id": "watch"})
        try:
            topic = self.topic.removesuffix("events") + "intake"
            parts = consumer.list_topics(topic, timeout=30).topics[topic].partitions
            ends = [consumer.get_watermark_offsets(TopicPartition(topic, part)) for part in parts]
            return sum(high - low for low, high in ends)
        finally:
            consumer.close()
