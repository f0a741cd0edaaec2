"""delivery - handovers brought to a webhook per CPU-second of the edge, beside a bare loop of
libcurl's that posts as many bodies of the same size: alone, and with the same guarantee, where it
reads a handover before each and stores a record of a report's size behind it.

All desks share one endpoint. The edge opens each handover for its desk, sends it, reports that an
offer has arrived, and tells how far each desk is; what the reports cost its view is measured on an
edge beside it, and taken off. So is what a start costs.
"""

import re
import time
from pathlib import Path

from model.wire import read_topic
from ports import free_ports

from driver import process
from driver.bench import Bench
from driver.hub import Hub, program
from driver.kafka import wait_for
from driver.process import Running, cpu_seconds
from driver.report import median, say, table
from driver.restart import is_complete

BARE = "bench-bare-delivery."
AT_ONCE = 16
SHARE = 6  # so many messages of the router's bench make one handover here
ARRIVAL_SECONDS = 65  # then a handover no longer waits for a data key that nobody wrote
SETTLE_SECONDS = 3
REPORT_BYTES = 200


def run(bench: Bench) -> dict:
    hub = bench.hub("delivery")
    hub.deploy(view={"audit_interval_s": 0})
    handovers, messages = fill(hub, bench.sizes.messages // SHARE)
    ours, bare, durable = [], [], []
    hub.twin(BARE, "intake")
    for _ in range(bench.sizes.pairs):
        receiver, port = start_receiver(hub, handovers)
        try:
            ours.append(run_ours(hub, receiver, port, handovers, messages))
            size = body_size(receiver)
        finally:
            receiver.end()
        for runs, more in ((bare, []), (durable, durable_arguments(hub))):
            receiver, port = start_receiver(hub, handovers)
            try:
                runs.append(run_bare(port, handovers, size, more))
            finally:
                receiver.end()
    sides = {"ours": ours, "bare": bare, "bare, Kafka to Kafka": durable}
    return report(handovers, size, sides)


def durable_arguments(hub: Hub) -> list[str]:
    return [
        *("--brokers", hub.kafka.brokers, "--from", f"{hub.prefix}handovers"),
        *("--to", f"{BARE}intake", "--stored", str(REPORT_BYTES)),
    ]


def fill(hub: Hub, clients: int) -> tuple[int, int]:
    """How many handovers there are to bring, and how many messages they come from."""
    hub.fill(clients, steps=1)
    filled = time.monotonic()
    router = hub.start("router")
    try:
        total = hub.kafka.total(hub.intake)
        hub.kafka.follow(router, hub.group, hub.intake, total, 0)
    finally:
        router.end()
    without_deliveries(hub, "beside")
    build_views(hub, total)
    handovers = sum(1 for _ in read_topic(hub.kafka.brokers, "handovers", hub.prefix))
    say(f"{handovers:,} handovers to bring")
    time.sleep(max(0.0, filled + ARRIVAL_SECONDS - time.monotonic()))
    return handovers, total


def without_deliveries(hub: Hub, name: str) -> None:
    path = hub.nodes[name].config
    path.write_text(path.read_text().replace('@include "deliveries.conf"\n', ""))


def build_views(hub: Hub, total: int) -> None:
    """Before anything is delivered, so that it is not measured."""
    for name in ("bench", "beside"):
        edge = hub.start_edge(name)
        try:
            wait_for("the view", lambda edge=edge: is_complete(hub, edge, total), 600, 1)
            time.sleep(SETTLE_SECONDS)
        finally:
            edge.end()


def start_receiver(hub: Hub, count: int) -> tuple[Running, int]:
    port = free_ports(1)[0]
    command = [program("receiver"), "--port", str(port), "--count", str(count)]
    receiver = process.start("receiver", command, hub.folder / "receiver.log")
    receiver.wait_for_text("ready")
    return receiver, port


def body_size(receiver: Running) -> int:
    found = re.search(r"done (\d+)", receiver.log.read_text())
    assert found
    return int(found.group(1))


def desks_of(config: Path) -> list[str]:
    return re.findall(r'\bid = "([a-z0-9-]+)"', (config / "desks.conf").read_text())


def write_deliveries(hub: Hub, port: int) -> None:
    config = hub.folder / "config"
    url = f"http://127.0.0.1:{port}/a"
    (config / "endpoints.conf").write_text(
        f'endpoints = ( {{ name = "bench"; url = "{url}"; allow_private = true; '
        f"concurrency = {AT_ONCE}; }} );\n"
    )
    rows = ",\n".join(f'{{ desk = "{desk}"; endpoint = "bench"; }}' for desk in desks_of(config))
    (config / "deliveries.conf").write_text(f"deliveries = (\n{rows}\n);\n")


def start_cost(hub: Hub) -> float:
    """CPU seconds until an edge is ready and at rest that delivers nothing."""
    (hub.folder / "config" / "deliveries.conf").write_text("deliveries = ( );\n")
    edge = hub.start_edge()
    time.sleep(SETTLE_SECONDS)
    used = cpu_seconds(edge.pid)
    edge.end()
    return used


def run_ours(hub: Hub, receiver: Running, port: int, count: int, messages: int) -> dict:
    forget_settled(hub, messages)
    cost = start_cost(hub)
    write_deliveries(hub, port)
    beside = hub.start_edge("beside")
    before = cpu_seconds(beside.pid)
    began = time.monotonic()
    edge = hub.start_edge()
    try:
        receiver.wait_for_text("done", 600)
        seconds = time.monotonic() - began
        time.sleep(SETTLE_SECONDS)
        used = cpu_seconds(edge.pid) - cost - (cpu_seconds(beside.pid) - before)
    finally:
        edge.end()
        beside.end()
    return {"per_cpu_second": count / used, "per_second": count / seconds, "cpu": used}


def forget_settled(hub: Hub, messages: int) -> None:
    """As before the first run: all desks begin anew. The reports of the run before are decided by
    nobody, and the view has them too before it is measured."""
    hub.kafka.delete([f"{hub.prefix}facts"])
    hub.command("topics", "create")
    for name in ("bench", "beside"):
        for path in (hub.folder / name).glob("view.db*"):
            path.unlink()
    (hub.folder / "config" / "deliveries.conf").write_text("deliveries = ( );\n")
    build_views(hub, messages)


def run_bare(port: int, count: int, size: int, more: list[str]) -> dict:
    return process.answer_of(
        [
            *(program("bare_send"), "--url", f"http://127.0.0.1:{port}/a"),
            *("--count", str(count), "--at-once", str(AT_ONCE), "--size", str(size)),
            *more,
        ],
        600,
    )


def report(handovers: int, size: int, sides: dict[str, list[dict]]) -> dict:
    rates = {name: median(run["per_cpu_second"] for run in runs) for name, runs in sides.items()}
    table(
        f"Delivery of {handovers:,} handovers, {size} bytes each, {AT_ONCE} at once (medians)",
        ["who", "per CPU-second", "per second", "it / bare", "/ Kafka to Kafka"],
        [
            [
                name,
                rates[name],
                median(run["per_second"] for run in runs),
                rates[name] / rates["bare"],
                rates[name] / rates["bare, Kafka to Kafka"],
            ]
            for name, runs in sides.items()
        ],
    )
    return {
        "handovers": handovers,
        "bytes": size,
        "sides": sides,
        "per_cpu_second": rates,
        "ratio": rates["ours"] / rates["bare"],
        "ratio_durable": rates["ours"] / rates["bare, Kafka to Kafka"],
    }
