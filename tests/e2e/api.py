"""api - partners that speak to the partner API, and what they must never find anywhere again."""

import contextlib
import hashlib
import hmac
import io
import json
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import deploy
import fastavro
import httpx
from harness import Hub, Services
from model.rules import Config
from model.wire import Record, local_schemas, read_topic
from model.world import WORLD
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as open_aead

TOPICS = ("intake", "events", "clients", "persons", "keys", "handovers", "rejected")
WAIT = {"Prefer": "wait=10"}  # for what was decided

# Test BSNs (range 99999…) that pass the 11-test, and words that stand nowhere else.
BSN = "999990019"
CANARIES = ("Kanarievogel", "0612345678", "kanarie@example.nl", "Zingt graag in de ochtend", BSN)
PERSON = {
    "bsn": BSN,
    "family_name": "Kanarievogel",
    "birth_date": "2001-05-30",
    "phone": "0612345678",
    "email": "kanarie@example.nl",
    "text": "Zingt graag in de ochtend",
}


def person(number: int) -> dict[str, str]:
    """Another one for each number, with a valid BSN."""
    digits = [9, 9, 9, 9, *(int(digit) for digit in f"{number:04d}")]
    last = sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
    return (
        person(number + 5000)
        if last == 10
        else PERSON | {"bsn": "".join(map(str, digits + [last]))}
    )


def referral(case: str, desk: str | None = "gemeente-rotterdam", **body: Any) -> dict[str, Any]:
    """A draft. Without a desk: a registration."""
    inner = {
        "kind": "TRANSFER",
        "subject": "PERSON",
        "question": "WERK",
        "municipality": "GM0599",
        "origin": "PARTNER",
        "purpose": "GUIDANCE",
        "legal_basis": {"kind": "PUBLIC_TASK"},
        **({"from_desk": desk} if desk else {}),
        **body,
    }
    return {
        "system": "suite",
        "reference": f"ref-{case}",
        "case": case,
        "person": dict(PERSON),
        "body": {"Referral": inner},
    }


def action(name: str, reference: str, **body: Any) -> dict[str, Any]:
    return {"reference": reference, "body": {"StatusChange": {"action": name, **body}}}


class Api:
    """One partner."""

    def __init__(self, url: str, oin: str, token: str | None = None) -> None:
        self.oin = oin
        self.http = httpx.Client(
            base_url=url,
            timeout=30,
            verify=url.startswith("https:"),  # else it would read all authorities for nothing
            headers={"Authorization": f"Bearer {token or deploy.token_of(oin)}"},
        )

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.http.post(path, content=content, headers=sent)

    def refer(self, body: Any, **headers: str) -> httpx.Response:
        return self.post("/v1/referrals", body, **headers)

    def act(self, name: str, body: Any, **headers: str) -> httpx.Response:
        return self.post(f"/v1/referrals/{name}/actions", body, **headers)

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)


@dataclass
class ApiHub(Hub):
    """A hub with limits of its own, one partner that may ask little, and what desks may see."""

    http: dict[str, Any] = field(default_factory=dict)
    slow_partner: str | None = None
    fields: dict[str, list[str]] = field(default_factory=dict)  # of every desk, BSN and all

    def deploy(self) -> None:
        super().deploy()
        if self.fields:
            self._let_desks_see()
        if self.slow_partner is not None:
            self._slow_down()

    def _let_desks_see(self) -> None:
        path = self.folder / "network.conf"
        lists = "".join(
            f"{name} = [ {', '.join(map(json.dumps, words))} ]; "
            for name, words in self.fields.items()
        )
        text = path.read_text().replace(' kind = "', f' {lists}kind = "')
        path.write_text(text.replace('feedback = "', 'may_see_bsn = true; feedback = "'))

    def _slow_down(self) -> None:
        path = self.folder / "network.conf"
        head, found, tail = path.read_text().partition(f'oin = "{self.slow_partner}"')
        assert found
        tail = tail.replace("requests_per_second = 1000000", "requests_per_second = 5", 1)
        path.write_text(
            head + found + tail.replace("requests_burst = 10000000", "requests_burst = 5", 1)
        )

    def _node(self, node: str, top: Any, port: int, admin: int) -> Path:
        path = super()._node(node, top, port, admin)
        more = "".join(f" {name} = {value};" for name, value in self.http.items())
        path.write_text(path.read_text().replace("http = {", "http = {" + more, 1))
        return path

    def partner(self, oin: str) -> Api:
        return Api(self.edges()[0], oin)

    def records(self, topic: str) -> list[Record]:
        return list(read_topic(self.services.brokers, topic, self.prefix))

    def decoded(self, topic: str) -> list[tuple[Record, dict]]:
        return [
            (each, self.watch.registry.decode(each.value))
            for each in self.records(topic)
            if each.value
        ]

    def secret(self, name: str) -> bytes:
        return bytes.fromhex((self.folder / "secrets" / f"{name}.key").read_text().strip())

    def unseal(self, key_id: bytes, box: bytes) -> bytes:
        """With the data key that lies in topic keys, as libsodium does it."""
        found = [record for _, record in self.decoded("keys") if record["key"] == key_id]
        assert found, "sealed under a key that is not in topic keys"
        wrapped = found[0]["wrapped"]
        key = open_aead(wrapped[24:], key_id, wrapped[:24], self.secret("master-first"))
        return open_aead(box[24:], key_id, box[:24], key)


@contextlib.contextmanager
def a_hub(
    services: Services,
    folder: Path,
    kind: type[ApiHub] = ApiHub,
    config: Config = WORLD,
    **fields: Any,
) -> Iterator[Any]:
    """One that serves, on topics named after its folder; it ends whatever happens."""
    hub = kind(folder, services, config, f"{folder.name}-{time.time_ns()}.", **fields)
    hub.deploy()
    try:
        hub.start()
        hub.ready()
        yield hub
    finally:
        hub.end()


def person_of(clear: bytes) -> dict[str, Any]:
    return fastavro.schemaless_reader(io.BytesIO(clear), local_schemas()["Person"])


def _parts(parts: tuple[str | bytes, ...]) -> bytes:
    raw = [part if isinstance(part, bytes) else part.encode() for part in parts]
    return b"".join(struct.pack(">I", len(part)) + part for part in raw)


def pseudonym(secret: bytes, *parts: str | bytes) -> bytes:
    """hub/seal/ids.h, once more."""
    return hmac.new(secret, _parts(parts), hashlib.sha256).digest()[:16]


def identifier(secret: bytes, *parts: str | bytes) -> bytearray:
    """hub/seal/ids.h, once more: a UUIDv8."""
    made = bytearray(hashlib.blake2b(_parts(parts), key=secret, digest_size=16).digest())
    made[6] = made[6] & 0x0F | 0x80
    made[8] = made[8] & 0x3F | 0x80
    return made
