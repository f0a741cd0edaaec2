"""core - the hub's core without Kafka: tests/replay decides, the topics are kept here."""

import io
import os
import struct
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import deploy
import fastavro
from model import world
from model.calls import STATUS_DEFAULTS, Child
from model.fold import client_of, hexed, message_of
from model.judge import Topics
from model.state import Clock, Message, Referral
from model.wire import Record, Registry, local_schemas

ROOT = Path(__file__).resolve().parents[2]
REPLAY = Path(os.environ.get("LOKETHUB_BUILD", ROOT / "build")) / "tests" / "replay" / "replay"
SCHEMAS = local_schemas()
CLOCKS = [f"T{number}" for number in range(14)]
MESSAGE, CLOCK, UNREADABLE, FACT = range(4)
NOBODY = "f" * 32
MESSAGE_HEAD = struct.pack(">BI", 0, 1)  # of a record of intake, by the registry here


def encode(message: Message) -> bytes:
    """As the edge would store it, but for what lies in the sealed box."""
    body = dict(message.body)
    body["referral"] = body["referral"] and bytes.fromhex(body["referral"])
    if message.type == "StatusChange":
        body = STATUS_DEFAULTS | body
        for name in ("other_referral", "other_client"):
            body[name] = body[name] and bytes.fromhex(body[name])
        body["actor"] = {"partner": None, "role": None, **body["actor"]}
    else:
        body["origin"] = body.get("origin", "PARTNER")
    record = {
        "id": bytes.fromhex(message.id),
        "partner": message.partner,
        "system": "",
        "reference": "r",
        "digest": bytes.fromhex(message.digest),
        "client": message.client and bytes.fromhex(message.client),
        "occurred_at": message.occurred_at,
        "sealed": sealed_of(message),
        "body": ("nl.lokethub." + message.type, body),
    }
    data = io.BytesIO()
    fastavro.schemaless_writer(data, SCHEMAS["Message"], record)
    return data.getvalue()


def sealed_of(message: Message) -> dict[str, bytes]:
    return {"key": bytes(24), "box": bytes.fromhex(message.digest)}


def outage(who: str, begin: int, end: int | None, at: int) -> tuple[str, dict[str, Any]]:
    """The fact, after its key."""
    fact = {"kind": "OUTAGE", "id": f"{who}/{begin}", "at": at, "from": begin, "to": end}
    return f"outage/{who}/{begin}", fact | {"number": None, "text": None}


def encode_fact(fact: dict[str, Any]) -> bytes:
    data = io.BytesIO()
    fastavro.schemaless_writer(data, SCHEMAS["Fact"], fact)
    return data.getvalue()


def decode(name: str, data: bytes) -> Any:
    return fastavro.schemaless_reader(io.BytesIO(data), SCHEMAS[name], None)


class Core:
    """One partition of everything; use as a context."""

    def __init__(self, folder: Path) -> None:
        deploy.write(folder, world.WORLD, {})
        config = deploy.write_node(folder, "core", {}, {})
        self.process = subprocess.Popen(
            [REPLAY, config], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=-1
        )
        registry = Registry("http://127.0.0.1:9")
        registry.schemas[1] = SCHEMAS["Message"]
        self.words: list[Message] = []  # from client to client
        self.topics = Topics([], [], [], [], [], registry)
        self.written = self.now = 0
        self.records: dict[str, bytes] = {}  # of clients, as the core wrote them
        self.client_of_referral: dict[str, str] = {}
        self.sent_on: dict[str, str] = {}  # referrals, by whose slot they have
        self.children: dict[str, list[str]] = defaultdict(list)

    def __enter__(self) -> "Core":
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        if failure:
            self.process.kill()
        self.process.communicate(timeout=10)
        assert failure or self.process.returncode == 0

    def message(self, message: Message, now: int) -> dict:
        body = encode(message)
        offset = len(self.topics.intake)
        value = MESSAGE_HEAD + body
        headers = {"hops": str(message.hops)} if message.hops else {}
        self.topics.intake.append(Record("intake", 0, offset, now, "", value, headers))
        client = message.client or self.client_of(message.body["referral"] or "")
        return self._ask(MESSAGE, now, client, body, offset, message.hops)

    def client_of(self, referral: str) -> str:
        known = self.client_of_referral.get(referral, NOBODY)
        return self.sent_on.get(referral, known)

    def unreadable(self, client: str, now: int) -> dict:
        offset = len(self.topics.intake)
        self.topics.intake.append(Record("intake", 0, offset, now, client, b"\x01", {}))
        return self._ask(UNREADABLE, now, client, b"", offset)

    def fact(self, key: str, fact: dict[str, Any] | None) -> None:
        """Known from here on."""
        self.topics.facts.append((self._place(self.topics.facts, key), fact))
        self._write(FACT, 0, (key.encode(), b"", encode_fact(fact) if fact else b""))

    def due(self, client: str, now: int) -> tuple[Clock, Referral | None] | None:
        """The client's earliest clock that has come due."""
        if client not in self.records:
            return None
        armed = client_of(decode("Client", self.records[client])).armed()
        return armed[0] if armed and armed[0][0].due <= now else None

    def clock(self, client: str, clock: Clock, referral: Referral | None) -> dict:
        body = bytes([CLOCKS.index(clock.name)])
        body += bytes.fromhex(referral.id) if referral else b""
        return self._ask(CLOCK, max(clock.due, self.now), client, body, 0)

    def _ask(
        self, kind: int, now: int, client: str, body: bytes, offset: int, hops: int = 0
    ) -> dict:
        self.now = max(self.now, now)
        parts = bytes.fromhex(client), self.records.get(client, b""), body
        self._write(kind, now, parts, offset, hops)
        event, after = decode("Event", self._bytes()), self._bytes()
        handovers = [decode("Handover", self._bytes()) for _ in range(self._number())]
        owner = self._bytes().decode()
        word, hops = self._bytes(), self._number()
        if word:
            sent = self.topics.registry.decode(MESSAGE_HEAD + word)
            self.words.append(message_of(sent, hops))
        self._add(self.topics.events, event)
        if after:
            self._keep(client, after)
        for handover in handovers:
            self._add(self.topics.handovers, handover)
        if event["result"] in ("REJECTED", "PARKED"):
            self._add(self.topics.rejected, _rejection(event, owner))
        for each in event["transitions"]:
            if each["from"] is None and each["after"]["parent"]:
                self.children[hexed(each["after"]["parent"])].append(
                    hexed(each["after"]["referral"])
                )
        return event

    def _write(
        self, kind: int, now: int, parts: tuple[bytes, ...], offset: int = 0, hops: int = 0
    ) -> None:
        frame = struct.pack("<6q", kind, now, offset, 0, 0, hops)
        for part in parts:
            frame += struct.pack("<q", len(part)) + part
        assert self.process.stdin
        self.process.stdin.write(frame)
        self.process.stdin.flush()

    def child(self, asked: Child) -> str | None:
        made = [name for name in self.children[asked.parent] if name not in asked.known]
        return made[-1] if made else None

    def _keep(self, client: str, after: bytes) -> None:
        self.records[client] = after
        record = decode("Client", after)
        self._add(self.topics.clients, record, client)
        for referral in record["referrals"]:
            self.client_of_referral[hexed(referral["referral"])] = client
        self.sent_on |= {hexed(referral): client for referral in record["forwarded"]}

    def _add(self, topic: list, value: dict, key: str = "") -> None:
        topic.append((self._place(topic, key), value))

    def _place(self, topic: list, key: str) -> Record:
        """Records are as old as they are many: what was written before is known."""
        self.written += 1
        return Record("", 0, len(topic), self.written, key, b"", {})

    def _number(self) -> int:
        assert self.process.stdout
        return int(struct.unpack("<q", self.process.stdout.read(8))[0])

    def _bytes(self) -> bytes:
        assert self.process.stdout
        return self.process.stdout.read(self._number())


def _rejection(event: dict, owner: str) -> dict:
    """As the router writes it: what parks and waits is for ops."""
    return {
        "owner": owner or "ops",
        "text": event["text"],
        "refused": False,
        "partner": None,
        "partition": 0,
        "offset": event["offset"],
        "code": event["code"],
    }
