"""town - a small town of partners whose stories the tests of the commands tell."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import harness
import httpx
from confluent_kafka import Producer
from deploy import token_of
from model.persons import test_bsns as bsns
from model.world import WORLD

UWV, GEMEENTE, WSP, LEERWERK = (
    "uwv-rijnmond",
    "gemeente-rotterdam",
    "wsp-rijnmond",
    "leerwerkloket-rijnmond",
)
PEOPLE = dict(zip(("anna", "bram", "cleo", "dirk", "eva", "finn"), bsns(), strict=False))


def run(*words: str, stdin: str = "", config: Path | None = None) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if name != "LOKETHUB_CONFIG"}
    if config:
        environment["LOKETHUB_CONFIG"] = str(config)
    return subprocess.run(
        [harness.BINARY, *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        check=False,
    )


class Town:
    """A hub with a few people in it."""

    def __init__(self, hub: harness.Hub) -> None:
        self.hub = hub
        self.config = hub.folder / "one.conf"
        self.referrals: dict[str, str] = {}
        self.count = 0
        self.http = httpx.Client(verify=False)  # in clear

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess:
        return run(*words, stdin=stdin, config=self.config)

    def ask(self, *words: str, code: int = 0) -> Any:
        """A command's JSON, and the exit code it must have."""
        done = self.run(*words, "--json")
        assert done.returncode == code, done.stdout + done.stderr
        assert done.stderr == ""
        return json.loads(done.stdout)

    def post(self, desk: str, path: str, body: dict) -> httpx.Response:
        self.count += 1
        return self.http.post(
            self.hub.processes["one"].url + path,
            json={"reference": f"r-{self.count}"} | body,
            headers={
                "Authorization": f"Bearer {token_of(WORLD.desks[desk].partner)}",
                "Prefer": "wait=10",
            },
            timeout=30,
        )

    def refer(self, who: str, desk: str, target: str, **more: Any) -> httpx.Response:
        referral = {
            "kind": "TRANSFER",
            "subject": "PERSON",
            "from_desk": desk,
            "to_desk": target,
            "question": "WERK",
            "municipality": "GM0599",
            "origin": "PARTNER",
            "purpose": "GUIDANCE",
            "legal_basis": {"kind": "PUBLIC_TASK"},
        }
        person = {"bsn": PEOPLE[who], "family_name": who, "birth_date": "2001-05-30"}
        body = {"case": f"case-{who}", "person": person, "body": {"Referral": referral}} | more
        answer = self.post(desk, "/v1/referrals", body)
        if "Location" in answer.headers:
            self.referrals[who] = answer.headers["Location"].rpartition("/")[2]
        return answer

    def act(self, who: str, desk: str, action: str, **change: Any) -> httpx.Response:
        said = {"action": action, "actor": {"desk": desk, "worker": "team-1"}} | change
        body = {
            "reference": f"{who}-{action}-{time.time_ns()}",
            "person": {"text": "omdat"},
            "body": {"StatusChange": said},
        }
        return self.post(desk, f"/v1/referrals/{self.referrals[who]}/actions", body)

    def client_of(self, who: str) -> str:
        return self.ask("where", f"case-{who}")["client"]

    def poison(self, client: str, value: bytes = b"\1no wire format") -> None:
        producer = Producer({"bootstrap.servers": self.hub.services.brokers})
        producer.produce(self.hub.prefix + "intake", value, client, int(client[:3], 16) % 12)
        assert producer.flush(30) == 0

    def wait_parked(self, who: str, count: int) -> None:
        harness.wait_for(
            f"{count} parked", lambda: self.ask("where", f"case-{who}")["parked"] == count, 30
        )
