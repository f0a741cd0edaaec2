"""latency - from the moment of the 202 until the offer can be read, and CPU per message, at fixed
rates; the router beside the bare loop.
"""

from driver import process, router
from driver.bench import Bench
from driver.hub import Hub, program
from driver.report import table

SAMPLE_CLIENTS = 5000


def run(bench: Bench) -> dict:
    hub = bench.hub("latency")
    hub.deploy(router={"commit_interval_ms": 50})
    samples = hub.folder / "samples"
    total = hub.fill(SAMPLE_CLIENTS, steps=1)["messages"]
    results = {"ours": [], "bare": []}
    ours = hub.start("router")
    try:
        hub.kafka.follow(ours, hub.group, hub.intake, total, 0)
        hub.measure(samples)
        first = SAMPLE_CLIENTS
        for rate in bench.sizes.rates:
            results["ours"].append(measure(bench, hub, rate, first, ours))
            first += rate * bench.sizes.seconds
    finally:
        ours.end()
    results["bare"] = run_bare(bench, hub, samples, first)
    return report(bench, results)


def run_bare(bench: Bench, hub: Hub, samples, first: int) -> list[dict]:
    hub.twin(router.BARE)
    bare = router.start_bare(hub, samples, "--commit-ms", "50", "--idle-ms", "600000")
    done = []
    try:
        hub.kafka.follow(bare, router.BARE, hub.intake, hub.kafka.total(hub.intake), 0)
        for rate in bench.sizes.rates:
            done.append(
                measure(bench, hub, rate, first, bare, "--watch", router.BARE, "--samples", "1")
            )
            first += rate * bench.sizes.seconds
    finally:
        bare.end()
    return done


def measure(
    bench: Bench, hub: Hub, rate: int, first: int, under_test: process.Running, *watched: str
) -> dict:
    """What came of every message was read, or this raises."""
    return process.answer_of(
        [
            *(program("latency"), "--brokers", hub.kafka.brokers, "--prefix", hub.prefix),
            *("--config", str(hub.config), *(watched or ("--watch", hub.prefix))),
            *("--schema", str(hub.message_schema()), "--rate", str(rate)),
            *("--seconds", str(bench.sizes.seconds), "--first", str(first)),
            *("--pid", str(under_test.pid)),
        ],
        120 + 2 * bench.sizes.seconds,
    )


def report(bench: Bench, results: dict[str, list[dict]]) -> dict:
    rows = []
    for turn, rate in enumerate(bench.sizes.rates):
        for name, runs in results.items():
            told = runs[turn]["stored_to_handover"]
            stored = runs[turn]["due_to_stored"]
            rows.append(
                [
                    f"{rate:,}/s {name}",
                    *(told.get(part) for part in ("p50", "p99", "max")),
                    stored.get("p99"),
                    runs[turn]["cpu_us"],
                    runs[turn]["without_handover"],
                ]
            )
    table(
        "Latency: ms from durable to readable offer; µs of CPU per message",
        ["rate", "p50", "p99", "max", "p99 until durable", "CPU", "nothing handed over"],
        rows,
    )
    return results
