"""hub - a Lokethub of the bench's own: the shipped config, topics with a prefix, processes."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import fastavro
from harness import status_of
from model.wire import local_schemas
from ports import free_ports

from driver import process
from driver.kafka import Kafka, wait_for
from driver.process import Running

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("LOKETHUB_BUILD", ROOT / "build"))
BINARY = BUILD / "hub" / "lokethub"
PROGRAMS = BUILD / "tests" / "bench"
COMMIT_MS = 100
GAP_MS = 20
BATCH = 10000
READY_SECONDS = 60
WRITTEN = ("events", "clients", "handovers", "persons", "rejected")


def program(name: str) -> str:
    return str(PROGRAMS / name)


@dataclass(frozen=True)
class Node:
    """What tells the processes of a deployment apart."""

    name: str
    config: Path
    port: int
    admin: int


class Hub:
    """Topics and config under one prefix. Processes differ in their role only."""

    def __init__(self, kafka: Kafka, folder: Path, prefix: str) -> None:
        self.kafka = kafka
        self.folder = folder
        self.prefix = prefix
        self.config = folder / "config" / "bench.conf"
        self.nodes: dict[str, Node] = {}

    @property
    def group(self) -> str:
        return f"{self.prefix}lokethub-router"

    @property
    def intake(self) -> str:
        return f"{self.prefix}intake"

    @property
    def offset(self) -> Path:
        return self.folder / "clock_offset"

    def deploy(self, *, moves: bool = False, **settings: Mapping[str, str | int]) -> None:
        """Settings by group, over the defaults. moves: its time can be moved."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(ROOT / "config", self.folder / "config")
        if moves:
            self.offset.write_text("0\n")
        self.nodes = {name: self._node(name, settings) for name in ("bench", "beside")}
        self.kafka.delete(self.kafka.topics(self.prefix))
        self.kafka.forget(self.group)
        for verb in (["secrets"], ["check"], ["schemas", "register"], ["topics", "create"]):
            self.command(*verb)

    def _node(self, name: str, settings: Mapping[str, Mapping[str, str | int]]) -> Node:
        """Its file in the folder of the shipped config, so that what that includes is found."""
        node = Node(name, self.config.with_name(f"{name}.conf"), *free_ports(2))
        groups = {
            "kafka": {
                "bootstrap": self.kafka.brokers,
                "topic_prefix": self.prefix,
                "timeout_ms": 20000,
            },
            "registry": {"url": self.kafka.registry},
            "http": {
                "port": node.port,
                "admin_port": node.admin,
                "connections_per_address": 2000,
                "connections": 2000,
                "requests_per_second": 1000000,
                "requests_burst": 10000000,
            },
            "router": {
                "commit_interval_ms": COMMIT_MS,
                "commit_gap_ms": GAP_MS,
                "batch_messages": BATCH,
            },
        }
        for group, rows in settings.items():
            groups[group] = groups.get(group, {}) | dict(rows)
        lines = [f'node = "{name}";', f'data_dir = "../{name}";', 'secrets_dir = "../secrets";']
        lines.append('log_level = "warn";')
        if self.offset.exists():
            lines.append(f'clock_offset_file = "../{self.offset.name}";')
        for group, rows in groups.items():
            inner = "".join(f"\t{key} = {_value(value)};\n" for key, value in rows.items())
            lines.append(f"{group} = {{\n{inner}}};")
        demo = (ROOT / "config" / "demo.conf").read_text().splitlines()
        lines += [line for line in demo if line.startswith("@include")]
        node.config.write_text("\n".join(lines) + "\n")
        return node

    def move_to(self, moment: int) -> float:
        """From now on it is this moment, in epoch ms; its processes look each 0.1 s. Returns when,
        by the machine's time, that was."""
        now = time.time()
        aside = self.offset.with_suffix(".new")
        aside.write_text(f"{moment - round(now * 1000)}\n")
        aside.replace(self.offset)
        return now

    def metric(self, name: str) -> dict[str, float]:
        """Of a running process, by its label."""
        url = f"http://127.0.0.1:{self.nodes['bench'].admin}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            text = answer.read().decode()
        found = re.findall(rf'^{name}(?:{{\w+="(.*)"}})? (\S+)$', text, re.MULTILINE)
        return {label: float(value) for label, value in found}

    def command(self, *arguments: str) -> str:
        done = subprocess.run(
            [BINARY, *arguments, "--config", self.config],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"lokethub {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout

    def start(self, role: str, name: str = "bench") -> Running:
        config = str(self.nodes[name].config)
        command = [str(BINARY), "serve", "--config", config, "--role", role]
        return process.start(f"lokethub {role}", command, self.folder / f"{name}-{role}.log")

    def start_both(self, name: str = "bench") -> Running:
        """Both roles in one process. Ready when it returns."""
        command = [str(BINARY), "serve", "--config", str(self.nodes[name].config)]
        return self._ready(process.start("lokethub", command, self.folder / f"{name}.log"), name)

    def start_edge(self, name: str = "bench", seconds: float = READY_SECONDS) -> Running:
        """Ready when it returns: its view has read all."""
        return self._ready(self.start("edge", name), name, seconds)

    def start_router(self, name: str = "bench") -> Running:
        """Ready when it returns."""
        return self._ready(self.start("router", name), name)

    def _ready(self, started: Running, name: str, seconds: float = READY_SECONDS) -> Running:
        url = f"http://127.0.0.1:{self.nodes[name].admin}/ready"

        def is_ready() -> bool:
            started.check()
            return status_of(url) == 200

        try:
            wait_for(f"{started.name} to be ready", is_ready, seconds)
        except BaseException:
            started.end()
            raise
        return started

    def fill(
        self, clients: int, steps: int = 3, first: int = 0, *, delivered: bool = False
    ) -> dict:
        """Messages about made-up clients into topic intake. delivered: also that their referrals
        are, so that the clocks of their desks begin to run."""
        return process.answer_of(
            [
                *(program("workload"), "--brokers", self.kafka.brokers, "--prefix", self.prefix),
                *("--config", str(self.config), "--schema", str(self.message_schema())),
                *("--clients", str(clients), "--steps", str(steps), "--first", str(first)),
                *("--delivered", str(int(delivered))),
            ],
            60 + clients / 2000,
        )

    def armed(self) -> float:
        """Clocks per client, by the last records of one client in 256."""
        schema = local_schemas()["Client"]
        last = self.kafka.last_values(f"{self.prefix}clients", lambda key: key[6:8] == b"00")
        clients = [fastavro.schemaless_reader(io.BytesIO(value[5:]), schema) for value in last]
        clocks = sum(
            len(client["clocks"]) + sum(len(each["clocks"]) for each in client["referrals"])
            for client in clients
        )
        return clocks / len(clients)

    def flow(self) -> list[dict]:
        """What became of the messages, per partner; nothing while there is no view yet."""
        try:
            return json.loads(self.command("flow", "--json"))["flow"]
        except RuntimeError:
            return []

    def message_schema(self) -> int:
        return self.kafka.schema_id(f"{self.prefix}intake-value")

    def rewind(self) -> None:
        """As after `fill`: nothing decided yet, intake as it is."""
        names = [self.prefix + name for name in WRITTEN]
        names.append(f"{self.prefix}facts")
        self.kafka.delete(names)
        self.command("topics", "create")
        self.kafka.forget(self.group)

    def measure(self, samples: Path, *topics: str) -> dict:
        """What was written for each message; keeps samples of it."""
        return process.answer_of(
            [
                *(sys.executable, str(ROOT / "tests/bench/measure_sizes")),
                *("--brokers", self.kafka.brokers, "--prefix", self.prefix),
                *("--samples", str(samples)),
                *("--topics", *(topics or WRITTEN)),
            ],
            300,
        )

    def twin(self, prefix: str, *topics: str) -> None:
        """Empty topics for a bare program, with the settings of ours."""
        self.kafka.delete(self.kafka.topics(prefix))
        names = [self.prefix + name for name in topics or WRITTEN]
        self.kafka.twins(names, self.prefix, prefix)


def _value(value: str | int) -> str:
    return str(value) if isinstance(value, int) else f'"{value}"'
