"""The set-up and the embedded services do what ops/README.md says, on an instance of their own."""

import contextlib
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from ports import free_ports  # noqa: E402

SCHEMA = '{"type": "record", "name": "Probe", "fields": [{"name": "n", "type": "int"}]}'


class Instance:
    def __init__(self, var, tree=ROOT):
        self.var = var
        self.tree = tree
        self.kafka_port, self.controller_port, self.registry_port = free_ports(3)

    def run(self, command, *arguments, **settings):
        environment = os.environ | {
            "LOKETHUB_VAR": str(self.var),
            "LOKETHUB_KAFKA_PORT": str(self.kafka_port),
            "LOKETHUB_KAFKA_CONTROLLER_PORT": str(self.controller_port),
            "LOKETHUB_REGISTRY_PORT": str(self.registry_port),
        }
        return subprocess.run(
            [self.tree / "ops" / command, *arguments],
            env=environment | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=500,
        )

    def must(self, command, *arguments):
        done = self.run(command, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refused(self, command, *arguments, **settings):
        done = self.run(command, *arguments, **settings)
        assert done.returncode != 0, done.stdout
        return done.stderr

    def pid(self, service):
        return int((self.var / service / "pid").read_text())

    def client(self, **settings):
        return {"bootstrap.servers": f"127.0.0.1:{self.kafka_port}"} | settings

    def registry(self, path):
        return f"http://127.0.0.1:{self.registry_port}/apis/ccompat/v7/{path}"


def alive(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    return False


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + 10
    while alive(pid):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    made = Instance(tmp_path_factory.mktemp("instance"))
    made.must("up")
    yield made
    made.must("down", "--wipe")


@pytest.fixture
def up(instance):
    """The instance with both services running, whatever the test before did."""
    instance.must("up")
    return instance


@pytest.fixture(scope="module")
def kept(instance):
    """One record and one schema; the id that the registry gave it."""
    instance.must("up")
    admin = AdminClient(instance.client())
    (made,) = admin.create_topics([NewTopic("kept", 1, 1)]).values()
    made.result(30)
    producer = Producer(instance.client(**{"transactional.id": "probe"}))
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce("kept", b"value")
    producer.commit_transaction(30)
    answer = httpx.post(
        instance.registry("subjects/kept/versions"), json={"schema": SCHEMA}, timeout=60
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def assert_kept(instance, schema_id):
    reader = Consumer(instance.client(**{"group.id": "probe", "isolation.level": "read_committed"}))
    reader.assign([TopicPartition("kept", 0, 0)])
    record = reader.poll(30)
    reader.close()
    assert record is not None and record.error() is None and record.value() == b"value"
    answer = httpx.get(instance.registry(f"schemas/ids/{schema_id}"), timeout=60)
    assert answer.status_code == 200, answer.text


def test_setup_with_nothing_to_do_takes_a_moment_and_says_nothing(up):
    """Of the processor's time: others may be at work beside it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert up.must("setup") == ""
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1


def test_up_twice_leaves_what_runs(up):
    before = up.pid("kafka"), up.pid("registry")
    up.must("up")
    assert (up.pid("kafka"), up.pid("registry")) == before


def test_what_they_hold_survives_a_stop(up, kept):
    up.must("down")
    up.must("up")
    assert_kept(up, kept)


def test_what_they_hold_survives_a_kill(up, kept):
    kill(up.pid("kafka"))
    kill(up.pid("registry"))
    up.must("up")
    assert_kept(up, kept)


def test_each_service_stops_alone(up):
    kafka, registry = up.pid("kafka"), up.pid("registry")
    up.must("down", "registry")
    assert alive(kafka) and not alive(registry)
    up.must("up", "registry")
    assert up.pid("kafka") == kafka
    up.must("down", "kafka")
    assert not alive(kafka) and alive(up.pid("registry"))


def test_a_pid_file_that_names_another_process_does_no_harm(up):
    up.must("down", "kafka")
    with subprocess.Popen(["sleep", "300"]) as other:
        (up.var / "kafka" / "pid").write_text(f"{other.pid}\n")
        up.must("down", "kafka")
        assert other.poll() is None
        (up.var / "kafka" / "pid").write_text(f"{other.pid}\n")
        up.must("up", "kafka")
        assert other.poll() is None and up.pid("kafka") != other.pid
        other.kill()


def test_a_service_runs_from_its_start_whatever_its_command_line_says(tmp_path):
    """Between two programs of one process it is empty. Each of them waits until it was seen."""
    (tmp_path / "kafka").mkdir()
    java = tmp_path / "java"
    java.write_text(
        '#!/bin/bash\nread -r <"$LOKETHUB_VAR/first"\nexec cat "$LOKETHUB_VAR/second"\n'
    )
    java.chmod(0o755)
    for pipe in ("first", "second"):
        os.mkfifo(tmp_path / pipe)
    script = """
        . "$1/ops/lib.sh"
        java_program() { printf '%s\n' "$var/java"; }
        start_service kafka -version
        pid=$(service_pid kafka)
        until [ "$(cat "/proc/$pid/comm")" = java ]; do service_pid kafka >/dev/null || exit 1; done
        echo >"$var/first"
        while [ "$(cat "/proc/$pid/comm")" = java ]; do service_pid kafka >/dev/null || exit 1; done
        service_pid kafka
        echo >"$var/second"
        wait_gone "$pid" 10
        ! service_pid kafka
    """
    done = subprocess.run(
        ["bash", "-c", script, "probe", ROOT],
        env=os.environ | {"LOKETHUB_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (tmp_path / "kafka" / "pid").read_text()


def test_who_was_killed_is_told_from_who_runs():
    """A process that ended and was not asked about yet is ending; what the kernel runs is not."""
    ended = subprocess.Popen(["true"])
    while Path(f"/proc/{ended.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)
    script = '. "$1/ops/lib.sh"; is_ending "$2"'
    kernel = [path.parent.name for path in Path("/proc").glob("[0-9]*/comm") if is_kernels(path)]
    for pid, is_ending in ((ended.pid, True), (os.getpid(), False), (2**22 + 1, False)):
        done = subprocess.run(["bash", "-c", script, "probe", ROOT, str(pid)])
        assert (done.returncode == 0) == is_ending, pid
    for pid in kernel[:3]:
        assert subprocess.run(["bash", "-c", script, "probe", ROOT, pid]).returncode == 1, pid
    ended.wait()


def is_kernels(comm):
    """Of the machine's own kernel, which a container may not see."""
    try:
        return "\nPPid:\t2\n" in comm.with_name("status").read_text()
    except OSError:
        return False


def test_a_running_service_is_not_moved_to_another_port(up):
    (port,) = free_ports(1)
    text = up.refused("up", "kafka", LOKETHUB_KAFKA_PORT=str(port))
    assert f"on port {up.kafka_port} instead of {port}" in text


def test_a_taken_port_is_named_with_its_setting(up):
    up.must("down", "registry")
    with socket.create_server(("127.0.0.1", up.registry_port)):
        text = up.refused("up", "registry")
    assert f"port {up.registry_port} is used" in text and "LOKETHUB_REGISTRY_PORT" in text


def test_a_service_that_cannot_start_shows_its_log(up, tmp_path):
    up.must("down", "registry")
    data = up.var / "registry" / "data" / "registry.mv.db"
    sound = tmp_path / "sound"
    data.replace(sound)
    data.write_bytes(b"not a database")
    text = up.refused("up", "registry")
    sound.replace(data)
    assert "registry stopped while starting" in text and "registry.mv.db" in text


def test_wipe_deletes_what_one_service_holds(up):
    httpx.post(up.registry("subjects/gone/versions"), json={"schema": SCHEMA}, timeout=60)
    up.must("down", "--wipe", "registry")
    up.must("up")
    assert httpx.get(up.registry("subjects"), timeout=60).json() == []


def test_an_unknown_service_is_refused(up):
    assert "unknown service 'zookeeper'" in up.refused("up", "zookeeper")


def test_a_file_that_is_not_the_expected_one_stops_the_setup(tmp_path):
    shutil.copytree(ROOT / "ops", tmp_path / "ops")
    checksums = tmp_path / "ops" / "kafka" / "checksums"
    wrong = checksums.read_text().replace("kafka-clients", "kafka-clients-other")
    checksums.write_text(wrong)
    text = Instance(tmp_path / "var", tmp_path).refused("setup", LOKETHUB_CACHE=str(tmp_path / "c"))
    assert "is not what ops/kafka/checksums says" in text and "kafka-clients-other" in text
    assert not (tmp_path / "c" / "kafka").exists()
