"""restart - a router that knows many clients is started again: time until it has caught up, memory
per client, and how long `lokethub where` takes then.
"""

import time

from driver.bench import Bench
from driver.hub import Hub
from driver.kafka import wait_for
from driver.process import Running, cpu_seconds, resident_bytes
from driver.report import median, say, table

LOOK_UPS = 21
VIEW_SECONDS = 1800


def run(bench: Bench) -> dict:
    hub = bench.hub("restart")
    hub.deploy()
    results = {"clients": bench.sizes.clients, "empty": start_and_settle(hub, 1, 0)}
    client = fill(bench, hub)
    results["known"] = start_and_settle(hub, 1, 1 + bench.sizes.clients)
    if bench.sizes.where:
        results["where"] = look_up(hub, client)
    return report(results)


def fill(bench: Bench, hub: Hub) -> str:
    """Each client gets one referral, and the router decides about all; returns the last client."""
    clients = bench.sizes.clients
    client = hub.fill(clients, steps=1, first=1)["example"]["client"]
    router = hub.start("router")
    try:
        total = hub.kafka.total(hub.intake)
        done = hub.kafka.follow(router, hub.group, hub.intake, total, 0)
        say(f"{clients:,} clients came in at {done.per_second:,.0f} per second")
    finally:
        router.end()
    return client


def start_and_settle(hub: Hub, messages: int, first: int) -> dict:
    """A message lies ready: when its offset is committed, the router has caught up."""
    hub.fill(messages, steps=1, first=first)
    total = hub.kafka.total(hub.intake)
    start = time.monotonic()
    router = hub.start("router")
    try:
        wait_for("the router to catch up", lambda: is_done(hub, router, total), 300)
        seconds = time.monotonic() - start
        time.sleep(1)
        return {
            "seconds": seconds,
            "cpu": cpu_seconds(router.pid),
            "bytes": resident_bytes(router.pid),
        }
    finally:
        router.end()


def is_done(hub: Hub, router: Running, total: int) -> bool:
    router.check()
    return hub.kafka.committed(hub.group, hub.intake) >= total


def is_complete(hub: Hub, edge: Running, total: int) -> bool:
    """Whether the view has every message and its event."""
    edge.check()
    rows = hub.flow()
    return sum(row["received"] for row in rows) >= total and not any(
        row["in_flight"] for row in rows
    )


def look_up(hub: Hub, client: str) -> dict:
    """The view of an edge takes over all of it; then the command is run again and again."""
    total = hub.kafka.total(hub.intake)
    start = time.monotonic()
    edge = hub.start("edge")
    try:
        wait_for("the view", lambda: is_complete(hub, edge, total), VIEW_SECONDS, 1)
        built = time.monotonic() - start
        times = []
        for _ in range(LOOK_UPS):
            began = time.monotonic()
            hub.command("where", client)
            times.append(time.monotonic() - began)
        return {"view_seconds": built, "seconds": times}
    finally:
        edge.end()


def report(results: dict) -> dict:
    empty, known = results["empty"], results["known"]
    results["bytes_per_client"] = (known["bytes"] - empty["bytes"]) / results["clients"]
    rows = [
        ["s until caught up, no clients", empty["seconds"]],
        [f"s until caught up, {results['clients']:,} clients", known["seconds"]],
        ["CPU s of that", known["cpu"]],
        ["MB resident, no clients", empty["bytes"] / 1e6],
        ["MB resident with them", known["bytes"] / 1e6],
        ["bytes per client", results["bytes_per_client"]],
    ]
    if "where" in results:
        rows.append(["s until the view knows all", results["where"]["view_seconds"]])
        rows.append(["ms of `lokethub where`", 1000 * median(results["where"]["seconds"])])
    table("Start with what is known", ["what", "is"], rows)
    return results
