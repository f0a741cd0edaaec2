"""offers - from the 202 until a desk's webhook has answered that it has the offer, at fixed rates.

One process of both roles. What its log says of each delivered offer is the time since its message
was stored, in four parts: until it was decided, committed and read; in its desk's queue; waiting
for its endpoint's turn; at the endpoint.
"""

import re
import time
from pathlib import Path

from driver import process
from driver.bench import Bench
from driver.delivery import start_receiver
from driver.hub import Hub, program
from driver.intake import write_document
from driver.kafka import wait_for
from driver.report import percentile, table

AS_SHIPPED_MS = 50  # other cases compare with a loop that commits half as often
CONNECTIONS = 64
SKIP_SECONDS = 2
LINE = re.compile(
    r"at=deliver .* kind=OFFER .* delays=([0-9.]+)/([0-9.]+)/([0-9.]+)/([0-9.]+) outcome=ok"
)
QUIET_SECONDS = 30
WARM_UP_SECONDS = 45  # a Kafka that was just started compiles for so long, on both processors


def run(bench: Bench) -> dict:
    hub = bench.hub("offers")
    hub.deploy(view={"audit_interval_s": 0}, router={"commit_interval_ms": AS_SHIPPED_MS})
    example = hub.fill(1, steps=1)["example"]
    token = Path(example["token_file"]).read_text().strip()
    receiver, port = start_receiver(hub, 1 << 30)
    write_deliveries(hub, port, example["to_desk"])
    document = write_document(hub, example)
    runs = []
    first = 1
    seconds = bench.sizes.seconds
    try:
        for rate, length in [(bench.sizes.rates[0], WARM_UP_SECONDS)] + [
            (rate, seconds) for rate in bench.sizes.rates
        ]:
            runs.append(measure(hub, token, document, (rate, length), first))
            first += rate * (length + 1)
    finally:
        receiver.end()
    return report(runs[1:])


def write_deliveries(hub: Hub, port: int, desk: str) -> None:
    config = hub.folder / "config"
    (config / "endpoints.conf").write_text(
        f'endpoints = ( {{ name = "bench"; url = "http://127.0.0.1:{port}/a"; '
        f"allow_private = true; concurrency = 16; }} );\n"
    )
    row = f'{{ desk = "{desk}"; endpoint = "bench"; concurrency = 16; }}'
    (config / "deliveries.conf").write_text(f"deliveries = ( {row} );\n")


def measure(hub: Hub, token: str, document: Path, load: tuple[int, int], first: int) -> dict:
    rate, seconds = load
    node = hub.nodes["bench"]
    config = node.config.read_text()
    node.config.write_text(config.replace('log_level = "warn"', 'log_level = "info"'))
    both = hub.start_both()
    log = hub.folder / "bench.log"
    try:
        sent = process.answer_of(
            [
                *(program("load"), "--port", str(node.port), "--path", "/v1/referrals"),
                *("--token", token, "--document", str(document)),
                *("--connections", str(CONNECTIONS), "--seconds", str(seconds)),
                *("--skip", str(SKIP_SECONDS), "--first", str(first), "--rate", str(rate)),
                *("--pid", str(both.pid)),
            ],
            120 + seconds,
        )
        count = -1

        def is_quiet() -> bool:
            nonlocal count
            before, count = count, len(LINE.findall(log.read_text()))
            return count == before

        wait_for("the last offer", is_quiet, QUIET_SECONDS + seconds, 2)
    finally:
        both.end()
    delays = [tuple(map(float, found)) for found in LINE.findall(log.read_text())]
    log.rename(log.with_name(f"bench-{rate}.log"))
    time.sleep(1)
    return {"rate": rate, "sent": sent, "delays": delays}


def report(runs: list[dict]) -> dict:
    rows = []
    told = []
    for run in runs:
        whole = sorted(1000 * sum(parts) for parts in run["delays"])
        rows.append(
            [
                f"{run['rate']:,}/s",
                len(whole),
                *(percentile(whole, part) for part in (50, 99)),
                max(whole, default=0),
                *(1000 * sum(parts[i] for parts in run["delays"]) / len(whole) for i in range(4)),
            ]
        )
        told.append(dict(zip(("rate", "offers", "p50", "p99"), rows[-1], strict=False)))
    table(
        "Offer at the desk's webhook: ms since its message was stored",
        ["rate", "offers", "p50", "p99", "max", "until read", "queue", "turn", "endpoint"],
        rows,
    )
    return {"runs": told}
