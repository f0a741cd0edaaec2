"""restart - a router that knows many clients is started again: time until it has caught up, memory
per client and clock; and how long what looks into the view takes then: `lokethub where`, `replay`
and `balance`.
"""

import time
from dataclasses import asdict
from datetime import date, datetime, timedelta

from model.calendar import from_local

from driver.bench import Bench
from driver.hub import BINARY, Hub
from driver.kafka import wait_for
from driver.process import Running, cost_of, cpu_seconds, resident_bytes
from driver.report import median, say, table

LOOK_UPS = 21
VIEW_SECONDS = 1800
SETTLE_SECONDS = 3  # in which the memory that the start took for a while comes back no more


def run(bench: Bench) -> dict:
    """It all happens yesterday, since a balance is of a day that is over."""
    hub = bench.hub("restart")
    hub.deploy(moves=True)
    day = date.today() - timedelta(days=1)
    hub.move_to(from_local(datetime(day.year, day.month, day.day, 12)))
    clients = bench.sizes.clients
    results = {"clients": clients, "empty": start_and_settle(hub, 1, 0)}
    example = decide(hub, "referred", hub.fill(clients, steps=1, first=1))
    results["referred"] = known(hub, 1 + clients)
    decide(hub, "told to be delivered", hub.fill(clients, steps=0, first=1, delivered=True))
    results["delivered"] = known(hub, 2 + clients)
    if bench.sizes.where:
        results["where"] = look_up(hub, example["client"])
        results["past"] = look_back(hub, example["partner"], day)
    return report(results)


def decide(hub: Hub, what: str, filled: dict) -> dict:
    """The router decides about all that was filled in; returns the example."""
    router = hub.start("router")
    try:
        total = hub.kafka.total(hub.intake)
        done = hub.kafka.follow(router, hub.group, hub.intake, total, 0)
        say(f"{filled['clients']:,} clients {what}: {done.per_second:,.0f} per second")
    finally:
        router.end()
    return filled["example"]


def known(hub: Hub, first: int) -> dict:
    return start_and_settle(hub, 1, first) | {"clocks": hub.armed()}


def start_and_settle(hub: Hub, messages: int, first: int) -> dict:
    """A message lies ready: when its offset is committed, the router has caught up."""
    hub.fill(messages, steps=1, first=first)
    total = hub.kafka.total(hub.intake)
    start = time.monotonic()
    router = hub.start("router")
    try:
        wait_for("the router to catch up", lambda: is_done(hub, router, total), 300)
        seconds = time.monotonic() - start
        cpu = cpu_seconds(router.pid)
        return {"seconds": seconds, "cpu": cpu, "bytes": settled_bytes(router)}
    finally:
        router.end()


def settled_bytes(router: Running) -> int:
    least, since = resident_bytes(router.pid), time.monotonic()
    while time.monotonic() - since < SETTLE_SECONDS:
        time.sleep(0.2)
        if (now := resident_bytes(router.pid)) < least:
            least, since = now, time.monotonic()
    return least


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


def look_back(hub: Hub, partner: str, day: date) -> dict:
    """Folds all that ever happened, and tells what was open with a partner at that day's end."""
    edge = hub.start_edge(seconds=VIEW_SECONDS)
    try:
        hub.move_to(round(1000 * time.time()))
        time.sleep(1)
        verbs = {"replay": ["replay"], "balance": ["balance", partner, str(day)]}
        return {name: cost(hub, arguments) for name, arguments in verbs.items()}
    finally:
        edge.end()


def cost(hub: Hub, arguments: list[str]) -> dict:
    log = hub.folder / f"{arguments[0]}.log"
    command = [str(BINARY), *arguments, "--config", str(hub.config)]
    spent = asdict(cost_of(command, log))
    print(log.read_text()[:2000], flush=True)
    return spent


def report(results: dict) -> dict:
    clients, stages = results["clients"], ("empty", "referred", "delivered")
    for name in stages[1:]:
        gained = results[name]["bytes"] - results["empty"]["bytes"]
        results[name]["bytes_per_client"] = gained / clients
    more = [results["delivered"][key] - results["referred"][key] for key in ("bytes", "clocks")]
    results["bytes_per_clock"] = more[0] / clients / more[1]
    table(
        f"Router started again, {clients:,} clients",
        ["clients", "clocks each", "s until caught up", "CPU s", "MB resident", "bytes per client"],
        [
            [
                {"empty": "none"}.get(name, name),
                *(results[name].get(key) for key in ("clocks", "seconds", "cpu")),
                results[name]["bytes"] / 1e6,
                results[name].get("bytes_per_client"),
            ]
            for name in stages
        ],
    )
    say(f"a further clock, with what else a delivery adds: {results['bytes_per_clock']:.0f} bytes")
    if "where" in results:
        report_view(results["where"], results["past"])
    return results


def report_view(where: dict, past: dict) -> None:
    say(f"the view knows them all after {where['view_seconds']:.0f} s")
    say(f"`lokethub where` takes {1000 * median(where['seconds']):.1f} ms")
    table(
        "Looking back over all of them",
        ["command", "s", "CPU s", "MB resident at most"],
        [
            [f"lokethub {name}", spent["seconds"], spent["cpu"], spent["bytes"] / 1e6]
            for name, spent in past.items()
        ],
    )
