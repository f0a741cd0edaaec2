"""wire - what lies in Kafka, read with confluent-kafka and fastavro, not with the hub's codec."""

import io
import json
import struct
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastavro
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

SCHEMAS = Path(__file__).resolve().parents[3] / "schemas"
PREFIX = "lokethub."
MAGIC = struct.Struct(">BI")
TIMEOUT = 60.0


class Unreadable(Exception):
    """Bytes that are no record of ours; code as the hub would say it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Record:
    topic: str
    partition: int
    offset: int
    time: int  # append time
    key: str
    value: bytes | None
    headers: dict[str, str]

    @property
    def place(self) -> tuple[int, int]:
        return self.partition, self.offset


def plain(schema: Any) -> Any:
    """Without logical types, so that times and dates stay numbers."""
    if isinstance(schema, list):
        return [plain(each) for each in schema]
    if isinstance(schema, dict):
        return {key: plain(value) for key, value in schema.items() if key != "logicalType"}
    return schema


def local_schemas() -> dict[str, Any]:
    """All of schemas/*.avsc by name, each parsed after what it names."""
    waiting = [plain(json.loads(path.read_text())) for path in sorted(SCHEMAS.glob("*.avsc"))]
    named: dict[str, Any] = {}
    found: dict[str, Any] = {}
    while waiting:
        later = []
        for schema in waiting:
            trial = dict(named)
            try:
                parsed = fastavro.parse_schema(schema, named_schemas=trial)
            except fastavro.schema.UnknownType:
                later.append(schema)
                continue
            named.update(trial)
            if isinstance(schema, dict):
                found[schema["name"].rpartition(".")[2]] = parsed
        if len(later) == len(waiting):
            raise ValueError(
                f"schemas that name what is not there: {[each['name'] for each in later]}"
            )
        waiting = later
    return found


class Registry:
    """Schemas by id, as the registry gives them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.schemas: dict[int, Any] = {}

    def schema(self, number: int) -> Any:
        if number not in self.schemas:
            try:
                answer = self._get(f"/schemas/ids/{number}")
            except OSError as error:
                raise Unreadable("NO_SCHEMA", f"schema {number}: {error}") from error
            named: dict[str, Any] = {}
            self._references(answer, named)
            self.schemas[number] = fastavro.parse_schema(
                plain(json.loads(answer["schema"])), named_schemas=named
            )
        return self.schemas[number]

    def _references(self, answer: dict, named: dict[str, Any]) -> None:
        for reference in answer.get("references", []):
            other = self._get(f"/subjects/{reference['subject']}/versions/{reference['version']}")
            self._references(other, named)
            fastavro.parse_schema(plain(json.loads(other["schema"])), named_schemas=named)

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return json.load(answer)

    def decode(self, value: bytes | None) -> dict[str, Any]:
        if not value or len(value) < MAGIC.size:
            raise Unreadable("UNREADABLE", "too short")
        magic, number = MAGIC.unpack_from(value)
        if magic != 0:
            raise Unreadable("UNREADABLE", f"first byte is {magic}")
        schema = self.schema(number)
        data = io.BytesIO(value[MAGIC.size :])
        try:
            record = fastavro.schemaless_reader(
                data, schema, None, return_record_name=True, return_record_name_override=True
            )
        except Exception as error:  # fastavro lets through whatever Python raises on bad bytes
            raise Unreadable("UNREADABLE", repr(error)) from error
        if data.read(1):
            raise Unreadable("UNREADABLE", "bytes left over")
        return record  # type: ignore[return-value]


def read_topic(brokers: str, topic: str, prefix: str = PREFIX) -> Iterator[Record]:
    """Every committed record that the topic has now, in order per partition."""
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "judge",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "fetch.wait.max.ms": 20,  # the end of what is there, soon
            "enable.partition.eof": True,
            "allow.auto.create.topics": False,
        }
    )
    try:
        metadata = consumer.list_topics(prefix + topic, timeout=TIMEOUT).topics[prefix + topic]
        if metadata.error:
            raise KafkaException(metadata.error)
        places = [
            TopicPartition(prefix + topic, number, OFFSET_BEGINNING)
            for number in metadata.partitions
        ]
        consumer.assign(places)
        left = {place.partition for place in places}
        while left:
            message = consumer.poll(TIMEOUT)
            if message is None:
                raise TimeoutError(
                    f"{topic}: nothing for {TIMEOUT:.0f} s before the end of {sorted(left)}"
                )
            if message.error():
                if message.error().code() != KafkaError._PARTITION_EOF:
                    raise KafkaException(message.error())
                left.discard(message.partition())
            elif message.partition() in left:
                yield _record(topic, message)
    finally:
        consumer.close()


def _record(topic: str, message: Any) -> Record:
    headers = {
        name: (value or b"").decode("utf-8", "replace") for name, value in message.headers() or ()
    }
    key = (message.key() or b"").decode("utf-8", "replace")
    return Record(
        topic,
        message.partition(),
        message.offset(),
        message.timestamp()[1],
        key,
        message.value(),
        headers,
    )


_MASK = (1 << 64) - 1


def _rotate(word: int, bits: int) -> int:
    return ((word << bits) | (word >> (64 - bits))) & _MASK


def siphash(data: bytes) -> bytes:
    """SipHash-2-4 with a zero key, 8 bytes little-endian (Aumasson, Bernstein 2012)."""
    v0, v1, v2, v3 = 0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573
    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 255])

    def mix(rounds: int) -> None:
        nonlocal v0, v1, v2, v3
        for _ in range(rounds):
            v0, v2 = (v0 + v1) & _MASK, (v2 + v3) & _MASK
            v1, v3 = _rotate(v1, 13) ^ v0, _rotate(v3, 16) ^ v2
            v0, v2 = (_rotate(v0, 32) + v3) & _MASK, (v2 + v1) & _MASK
            v1, v3 = _rotate(v1, 17) ^ v2, _rotate(v3, 21) ^ v0
            v2 = _rotate(v2, 32)

    for (word,) in struct.iter_unpack("<Q", padded):
        v3 ^= word
        mix(2)
        v0 ^= word
    v2 ^= 0xFF
    mix(4)
    return struct.pack("<Q", v0 ^ v1 ^ v2 ^ v3)
