"""harness - Kafka, the registry and the hub's processes: started, watched, killed by pid."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import deploy
from confluent_kafka.admin import AdminClient
from model.judge import Judge, Report, Topics
from model.rules import Config
from ports import free_ports
from traffic import Sent, check_ledger
from watch import Watch

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("LOKETHUB_BUILD", ROOT / "build"))
LOOK_AT_IT = 1  # exit code of a command that found something
SETUP = "setup"  # the node that prepares a deployment, and asks about it
BINARY = BUILD / "hub" / "lokethub"


def wait_for(what: str, check: Callable[[], Any], seconds: float, pause: float = 0.05) -> Any:
    """The first true answer of check; else a test failure that names what did not come."""
    end = time.monotonic() + seconds
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(pause)


def stands_still(pid: int) -> bool:
    """Each thread: they stop when they get the processor next, and may answer until then."""
    stats = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/stat")]
    return all(stat.rpartition(")")[2].split()[0] == "T" for stat in stats)


def has_leaders(brokers: str) -> bool:
    topics = AdminClient({"bootstrap.servers": brokers}).list_topics(timeout=60).topics
    return all(each.leader >= 0 for topic in topics.values() for each in topic.partitions.values())


def is_locked(path: Path) -> bool:
    """As a service locks its pid file for as long as it lives."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def is_listened_at(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class Services:
    """The embedded Kafka and registry, as ops/up started them."""

    environment: Mapping[str, str]
    own: bool = True  # they end with those who use them

    @property
    def brokers(self) -> str:
        return f"127.0.0.1:{self.environment['LOKETHUB_KAFKA_PORT']}"

    @property
    def registry(self) -> str:
        return f"http://127.0.0.1:{self.environment['LOKETHUB_REGISTRY_PORT']}/apis/ccompat/v7"

    def ops(self, command: str, *arguments: str) -> None:
        """ops/up or ops/down."""
        done = subprocess.run(
            [ROOT / "ops" / command, *arguments],
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=500,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"ops/{command}: {done.stdout[-2000:]}")

    def _is_up(self, service: str) -> bool:
        """It lives, and listens, which both do only once they serve."""
        port = int(self.environment[f"LOKETHUB_{service.upper()}_PORT"])
        pid = Path(self.environment["LOKETHUB_VAR"]) / service / "pid"
        return is_locked(pid) and is_listened_at(port)

    def bring_up(self) -> None:
        """Those that are not; that is soon seen."""
        if not all(map(self._is_up, ("kafka", "registry"))):
            self.ops("up")

    def end(self) -> None:
        if self.own:
            self.ops("down", "--wipe")

    @contextlib.contextmanager
    def silent_kafka(self) -> Iterator[None]:
        """The broker stands still meanwhile, with every connection open. If that outlasted its
        session its partitions have no leaders for a while: whoever comes next finds them again."""
        broker = int((Path(self.environment["LOKETHUB_VAR"]) / "kafka" / "pid").read_text())
        os.kill(broker, signal.SIGSTOP)
        wait_for("Kafka to stand still", lambda: stands_still(broker), 10, 0.01)
        try:
            yield
        finally:
            os.kill(broker, signal.SIGCONT)
        wait_for("the leaders of all partitions", lambda: has_leaders(self.brokers), 120)


def services_at(folder: Path, own: bool = False) -> Services:
    """Those that the environment names, or else own ones; nothing is started yet."""
    names = ("LOKETHUB_KAFKA_PORT", "LOKETHUB_REGISTRY_PORT", "LOKETHUB_VAR")
    if not own and all(name in os.environ for name in names):
        return Services({name: os.environ[name] for name in names}, own=False)
    kafka, registry, controller = free_ports(3)
    return Services(
        {
            "LOKETHUB_KAFKA_PORT": str(kafka),
            "LOKETHUB_REGISTRY_PORT": str(registry),
            "LOKETHUB_KAFKA_CONTROLLER_PORT": str(controller),
            "LOKETHUB_VAR": str(folder / "services"),
            "LOKETHUB_CACHE": os.environ.get("LOKETHUB_CACHE", str(ROOT / "var" / "cache")),
        }
    )


@dataclass
class Process:
    """One `lokethub serve`."""

    node: str
    url: str
    admin: str
    log: Path
    popen: subprocess.Popen[bytes]

    @property
    def alive(self) -> bool:
        return self.popen.poll() is None

    def kill(self) -> None:
        """-9, and gone."""
        if self.alive:
            self.popen.send_signal(signal.SIGKILL)
        self.popen.wait(30)

    def end(self) -> int:
        """As a service manager would: asks, then waits."""
        if self.alive:
            self.popen.send_signal(signal.SIGTERM)
        try:
            return self.popen.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def pause(self) -> None:
        self.popen.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.popen.send_signal(signal.SIGCONT)

    def memory(self) -> int:
        """Resident, in KiB."""
        for line in Path(f"/proc/{self.popen.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        self.popen.wait(5)
        self.check()
        raise ProcessLookupError(self.popen.pid)

    def check(self) -> None:
        if not self.alive:
            raise RuntimeError(f"{self.node} ended with {self.popen.returncode}:\n{self.tail()}")

    def is_ready(self) -> bool:
        self.check()
        return status_of(f"{self.admin}/ready") == 200

    def metrics(self) -> list[str]:
        """As lines, with those that explain them."""
        with urllib.request.urlopen(f"{self.admin}/metrics", timeout=30) as answer:
            return answer.read().decode().splitlines()

    def metric(self, name: str) -> float:
        """The sum over its labels, of all whose names begin so."""
        rows = (line.rpartition(" ")[2] for line in self.metrics() if line.startswith(name))
        return sum(map(float, rows))

    def tail(self, lines: int = 30) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@dataclass
class Hub:
    """A deployment with topics of its own: config, processes, and the judge over them."""

    folder: Path
    services: Services
    config: Config
    prefix: str
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # sources, endpoints …
    processes: dict[str, Process] = field(default_factory=dict)
    watch: Watch = field(init=False)

    def deploy(self) -> None:
        groups: dict[str, dict[str, Any]] = {
            "kafka": {"bootstrap": self.services.brokers, "topic_prefix": self.prefix},
            "registry": {"url": self.services.registry},
        }
        for name, row in self.settings.items():
            groups[name] = groups.get(name, {}) | row
        deploy.write(self.folder, self.config, groups, self.lists)
        self._node(SETUP, {}, 0, 0)
        self.watch = Watch(self.services.brokers, self.services.registry, self.prefix)
        for command in (["check"], ["schemas", "register"], ["topics", "create"]):
            self.command(*command)
        self.watch.start()

    def _node(self, node: str, top: Mapping[str, Any], port: int, admin: int) -> Path:
        data = self.folder / f"data-{node}"
        data.mkdir(exist_ok=True)
        top = {"data_dir": str(data), "clock_offset_file": str(self.offset_file), **top}
        settings = "patient.conf" if node == SETUP else "settings.conf"
        http = {"port": port, "admin_port": admin}
        return deploy.write_node(self.folder, node, top, http, settings)

    @property
    def offset_file(self) -> Path:
        path = self.folder / "clock_offset"
        if not path.exists():
            path.write_text("0\n")
        return path

    def advance(self, milliseconds: int) -> None:
        """Moves the hub's time on; written aside and renamed, so that nobody reads half of it."""
        total = int(self.offset_file.read_text()) + milliseconds
        new = self.folder / "clock_offset.new"
        new.write_text(f"{total}\n")
        new.replace(self.offset_file)

    def now(self) -> int:
        return int(time.time() * 1000) + int(self.offset_file.read_text())

    def go_to(self, moment: int) -> None:
        """Forward, with what is due in between; running processes look at the file each 0.1 s."""
        assert moment > self.now()
        self.advance(moment - self.now())
        time.sleep(0.3)

    def command(self, *arguments: str, node: str = SETUP) -> str:
        """A subcommand's output, run where this node runs; its failure is the test's."""
        config = self.folder / f"{node}.conf"
        done = subprocess.run(
            [BINARY, *arguments, "--config", config],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode not in (0, LOOK_AT_IT):
            raise RuntimeError(f"lokethub {' '.join(arguments)}: {done.returncode}\n{done.stdout}")
        return done.stdout

    def start(
        self, node: str = "one", role: str | None = None, crash_at: str | None = None
    ) -> Process:
        """Starts it without waiting; a node that ran before keeps its name and ports."""
        former = self.processes.get(node)
        if former:
            port, admin = (int(url.rpartition(":")[2]) for url in (former.url, former.admin))
        else:
            port, admin = free_ports(2)
        path = self._node(node, {} if role is None else {"roles": [role]}, port, admin)
        environment = dict(os.environ)
        environment.pop("LOKETHUB_CRASH_AT", None)
        if crash_at:
            environment["LOKETHUB_CRASH_AT"] = crash_at
        log = self.folder / f"{node}.log"
        with log.open("ab") as output:
            popen = subprocess.Popen(
                [BINARY, "serve", "--config", path],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        urls = (f"http://127.0.0.1:{number}" for number in (port, admin))
        process = self.processes[node] = Process(node, *urls, log, popen)
        return process

    def ready(self, seconds: float = 60, *nodes: str) -> None:
        for node in nodes or self.processes:
            wait_for(f"{node} to be ready", self.processes[node].is_ready, seconds)

    def edges(self) -> list[str]:
        return [process.url for process in self.processes.values()]

    def end(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(OSError):
                process.resume()
            process.kill()
        self.watch.done.set()

    def wait_settled(self, seconds: float = 60) -> None:
        """Until every record of intake has its event."""
        if not self.watch.wait_settled(seconds):
            raise TimeoutError(f"not all of intake is decided within {seconds:.0f} s")

    def settle(self, seconds: float = 60) -> Topics:
        """All that lies in the topics once that is so."""
        self.wait_settled(seconds)
        return Topics.read(self.services.brokers, self.services.registry, self.prefix)

    def judge(
        self,
        ledger: Sequence[Sent] | None = None,
        seconds: float = 60,
        lead: int = 0,
        alone: bool = True,
    ) -> Report:
        """lead: how far the hub's time may be ahead of the brokers', in ms. alone: all that came
        in is in the ledger."""
        topics = self.settle(seconds)
        report = Judge(self.config, topics, lead=lead).run()
        if ledger is not None:
            check_ledger(topics, ledger, report, alone)
        return report
