"""router - messages per CPU-second of the router, beside a bare loop and Kafka Streams that write
the same records for the same messages.
"""

import shutil
import subprocess
from pathlib import Path

from driver import process
from driver.bench import Bench
from driver.hub import BATCH, COMMIT_MS, GAP_MS, ROOT, Hub, program
from driver.kafka import Progress
from driver.report import median, say, table

BARE = "bench-bare."
STREAMS = "bench-streams."
STREAMS_WARM_UP = 0.5  # of the messages: Java compiles while it runs


def run(bench: Bench) -> dict:
    hub = bench.hub("router")
    hub.deploy()
    samples = hub.folder / "samples"
    clients = bench.sizes.messages // 2
    total = hub.fill(clients)["messages"]
    say(f"intake holds {total:,} messages about {clients:,} clients")
    hub.twin(BARE)
    ours, bare, profile = [], [], {}
    for turn in range(bench.sizes.pairs):
        if turn > 0:
            hub.rewind()
        ours.append(run_ours(hub, total))
        if turn == 0:
            profile = hub.measure(samples)
        bare.append(run_bare(hub, total, samples))
    streams = [run_streams(hub, total, samples)] if bench.sizes.streams else []
    return report(profile, {"ours": ours, "bare": bare, "streams": streams})


def run_ours(hub: Hub, total: int, share: float = 0.1) -> Progress:
    router = hub.start("router")
    try:
        return hub.kafka.follow(router, hub.group, hub.intake, total, share)
    finally:
        router.end()


def start_bare(hub: Hub, samples: Path, *arguments: str) -> process.Running:
    """Its group is told by the prefix it writes to."""
    hub.kafka.forget(BARE)
    command = [
        *(program("bare_loop"), "--brokers", hub.kafka.brokers, "--from", hub.intake),
        *("--to", BARE, "--group", BARE, "--samples", str(samples), "--batch", str(BATCH)),
        *("--commit-ms", str(COMMIT_MS), "--gap-ms", str(GAP_MS), *arguments),
    ]
    return process.start("bare_loop", command, hub.folder / "bare.log")


def run_bare(hub: Hub, total: int, samples: Path) -> Progress:
    bare = start_bare(hub, samples)
    try:
        return hub.kafka.follow(bare, BARE, hub.intake, total)
    finally:
        bare.end()


def build_streams(out: Path) -> str:
    """The class path."""
    pom = ROOT / "tests/bench/streams/pom.xml"
    command = ["mvn", "-B", "-q", "-C", "-f", str(pom), f"-Dout={out}", "package"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise RuntimeError(f"maven cannot build Kafka Streams: {done.stdout[-600:]}")
    return f"{out}/loop.jar:{out}/lib/*"


def run_streams(hub: Hub, total: int, samples: Path) -> Progress:
    classes = build_streams(hub.folder.parent / "streams")
    shutil.rmtree(samples.with_name("state"), ignore_errors=True)
    hub.twin(STREAMS)
    application = f"{STREAMS}loop"
    hub.kafka.forget(application)
    command = [
        *("java", "-Xmx512m", "-cp", classes, "Loop", hub.kafka.brokers, hub.intake, STREAMS),
        *(application, str(samples), str(COMMIT_MS)),
    ]
    streams = process.start("Kafka Streams", command, hub.folder / "streams.log")
    try:
        return hub.kafka.follow(streams, application, hub.intake, total, STREAMS_WARM_UP)
    finally:
        streams.end()


def report(profile: dict, runs: dict[str, list[Progress]]) -> dict:
    table(
        "What the router writes for each message",
        ["topic", "records", "value bytes", "key bytes", "header bytes"],
        [
            [
                name,
                row["per_message"],
                *(row.get(part, {}).get("mean") for part in ("value", "key", "headers")),
            ]
            for name, row in profile.items()
        ],
    )
    rates = {
        name: median(run.per_cpu_second for run in turns) for name, turns in runs.items() if turns
    }
    ratio = {name: rates["ours"] / rate for name, rate in rates.items()}
    table(
        "Router: messages per CPU-second (medians; the more the better)",
        ["who", "per CPU-second", "per second", "ours / it", "each run"],
        [
            [
                name,
                rates[name],
                median(run.per_second for run in turns),
                ratio[name],
                " ".join(f"{run.per_cpu_second:,.0f}" for run in turns),
            ]
            for name, turns in runs.items()
            if turns
        ],
    )
    return {
        "profile": profile,
        "runs": {name: [vars(run) for run in turns] for name, turns in runs.items()},
        "per_cpu_second": rates,
        "ratio": ratio,
    }
