"""process - programs under test and beside it: their CPU time, memory and answers."""

import contextlib
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

LOOK_SECONDS = 0.02


def cpu_seconds(pid: int) -> float:
    """Of all its threads so far, to the microsecond; nothing of other processes."""
    return time.clock_gettime((~pid << 3) | 2)


def thread_seconds(pid: int) -> dict[str, float]:
    """CPU time by the name of its threads, to the nanosecond: what is counted in ticks finds little
    of a thread that works for less than one at a time. Those of librdkafka are one. Without those
    that have ended."""
    found: dict[str, float] = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        name = (task / "comm").read_text().rstrip()
        name = "librdkafka" if name.startswith("rdk:") else name
        used = int((task / "schedstat").read_text().split()[0]) / 1e9
        found[name] = found.get(name, 0) + used
    return found


def resident_bytes(pid: int, which: str = "VmRSS") -> int:
    """VmHWM: the most so far."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{which}:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)


def answer_of(command: list[str], seconds: float) -> dict:
    """Runs a program to its end; its last line is JSON."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name}: {(done.stderr or done.stdout)[-600:]}")
    return json.loads(done.stdout)


@dataclass(frozen=True)
class Cost:
    """Of a program that ran to its end."""

    seconds: float
    cpu: float
    bytes: int  # the most that was resident


def cost_of(command: list[str], log: Path) -> Cost:
    """Runs it to its end, with its output in a file."""
    began = time.monotonic()
    running = start(Path(command[0]).name, command, log)
    ended = most = 0
    while not ended:
        time.sleep(LOOK_SECONDS)
        with contextlib.suppress(ProcessLookupError):  # it is over, and only waits to be asked
            most = resident_bytes(running.pid, "VmHWM")
        ended, status, usage = os.wait4(running.pid, os.WNOHANG)
    running.popen.returncode = os.waitstatus_to_exitcode(status)
    if running.popen.returncode:
        running.check()
    return Cost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, most)


@dataclass
class Running:
    """A program in the background, with its output in a file."""

    name: str
    popen: subprocess.Popen
    log: Path

    @property
    def pid(self) -> int:
        return self.popen.pid

    def check(self) -> None:
        if self.popen.poll() is not None:
            tail = self.log.read_text(errors="replace")[-600:]
            raise RuntimeError(f"{self.name} ended with {self.popen.returncode}: {tail}")

    def wait_for_text(self, text: str, seconds: float = 30) -> None:
        """In its output."""
        end = time.monotonic() + seconds
        while text not in self.log.read_text(errors="replace"):
            self.check()
            if time.monotonic() > end:
                raise TimeoutError(f"{self.name} did not say {text!r} within {seconds:.0f} s")
            time.sleep(0.02)

    def end(self, seconds: float = 30) -> None:
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait(seconds)


def start(name: str, command: list[str], log: Path) -> Running:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        popen = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    return Running(name, popen, log)
