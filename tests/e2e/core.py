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
from model.fold import client_of, hexed
from model.judge import Topics
from model.scenario import STATUS_DEFAULTS, Child
from model.state import Clock, Message, Referral
from model.wire import Record, Registry, local_schemas

ROOT = Path(__file__).resolve().parents[2]
REPLAY = Path(os.environ.get("LOKETHUB_BUILD", ROOT / "build")) / "tests" / "replay" / "replay"
SCHEMAS = local_schemas()
CLOCKS = [f"T{number}" for number in range(14)]
MESSAGE, CLOCK, UNREADABLE = range(3)
NOBODY = "f" * 32


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
        self.topics = Topics([], [], [], [], [], registry)
        self.records: dict[str, bytes] = {}  # of clients, as the core wrote them
        self.client_of_referral: dict[str, str] = {}
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
        value = struct.pack(">BI", 0, 1) + body
        self.topics.intake.append(Record("intake", 0, offset, now, "", value, {}))
        known = self.client_of_referral.get(message.body["referral"] or "", NOBODY)
        return self._ask(MESSAGE, now, message.client or known, body, offset)

    def unreadable(self, client: str, now: int) -> dict:
        offset = len(self.topics.intake)
        self.topics.intake.append(Record("intake", 0, offset, now, client, b"\x01", {}))
        return self._ask(UNREADABLE, now, client, b"", offset)

    def due(self, client: str, now: int) -> tuple[Clock, Referral | None] | None:
        """The client's earliest clock that has come due."""
        if client not in self.records:
            return None
        armed = client_of(decode("Client", self.records[client])).armed()
        return armed[0] if armed and armed[0][0].due <= now else None

    def clock(self, client: str, clock: Clock, referral: Referral | None) -> dict:
        body = bytes([CLOCKS.index(clock.name)])
        body += bytes.fromhex(referral.id) if referral else b""
        return self._ask(CLOCK, clock.due, client, body, 0)

    def _ask(self, kind: int, now: int, client: str, body: bytes, offset: int) -> dict:
        frame = struct.pack("<5q", kind, now, offset, 0, 0)
        for part in (bytes.fromhex(client), self.records.get(client, b""), body):
            frame += struct.pack("<q", len(part)) + part
        assert self.process.stdin
        self.process.stdin.write(frame)
        self.process.stdin.flush()
        event, after = decode("Event", self._bytes()), self._bytes()
        handovers = [decode("Handover", self._bytes()) for _ in range(self._number())]
        owner = self._bytes().decode()
        self._add(self.topics.events, event, now)
        if after:
            self._keep(client, after, now)
        for handover in handovers:
            self._add(self.topics.handovers, handover, now)
        if event["result"] in ("REJECTED", "PARKED"):
            self._add(self.topics.rejected, _rejection(event, owner), now)
        for each in event["transitions"]:
            if each["from"] is None and each["after"]["parent"]:
                self.children[hexed(each["after"]["parent"])].append(
                    hexed(each["after"]["referral"])
                )
        return event

    def child(self, asked: Child) -> str | None:
        made = [name for name in self.children[asked.parent] if name not in asked.known]
        return made[-1] if made else None

    def _keep(self, client: str, after: bytes, now: int) -> None:
        self.records[client] = after
        record = decode("Client", after)
        self._add(self.topics.clients, record, now, client)
        own = [each["referral"] for each in record["referrals"]]
        for referral in (*own, *record["forwarded"]):
            self.client_of_referral[hexed(referral)] = client

    def _add(self, topic: list, value: dict, now: int, key: str = "") -> None:
        topic.append((Record("", 0, len(topic), now, key, b"", {}), value))

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
