"""bench - runs the cases one after another, prints tables and keeps all figures."""

import argparse
import contextlib
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

from harness import Services
from ports import free_ports

from driver import (
    clocks,
    connectors,
    delivery,
    intake,
    latency,
    monday,
    offers,
    programs,
    report,
    restart,
    router,
)
from driver.bench import Bench, Sizes
from driver.kafka import Kafka

CASES = {
    "router": router.run,
    "latency": latency.run,
    "intake": intake.run,
    "delivery": delivery.run,
    "offers": offers.run,
    "clocks": clocks.run,
    "monday": monday.run,
    "restart": restart.run,
    "codec": programs.codec,
    "decide": programs.decide,
    "parse": programs.parse,
    "connectors": connectors.run,
}
FULL = Sizes(300_000, 3, 20, (1000, 5000), 1_000_000, 100_000, True, True)
QUICK = Sizes(60_000, 1, 6, (1000,), 50_000, 10_000, False, True, 10)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ops/bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="case", help=f"{', '.join(CASES)} or all")
    parser.add_argument("--quick", action="store_true", help="small sizes: some minutes")
    parser.add_argument("--messages", type=int, help="in topic intake, for the router")
    parser.add_argument("--pairs", type=int, help="turns of ours and the bare program")
    parser.add_argument("--seconds", type=int, help="of each run under load")
    parser.add_argument("--rates", help="messages per second of the open loops: 1000,5000")
    parser.add_argument("--clients", type=int, help="known to a router that is started again")
    parser.add_argument("--armed", type=int, help="clients with armed clocks")
    parser.add_argument("--sheet-mb", type=int, help="the largest file of the connectors' case")
    parser.add_argument("--connectors", help="only these of that case: sonar,stuf,…")
    parser.add_argument("--streams", action=argparse.BooleanOptionalAction, help="Kafka Streams")
    parser.add_argument("--where", action=argparse.BooleanOptionalAction, help="view and where")
    parser.add_argument("--kafka", help="HOST:PORT of a running one, with --registry")
    parser.add_argument("--registry", help="its Confluent API: http://…/apis/ccompat/v7")
    given = parser.parse_args()
    given.cases = given.cases or ["all"]
    unknown = set(given.cases) - {*CASES, "all"}
    if unknown:
        parser.error(f"unknown case {', '.join(unknown)}: {', '.join(CASES)} or all")
    if bool(given.kafka) != bool(given.registry):
        parser.error("--kafka and --registry go together")
    return given


def sizes_of(given: argparse.Namespace) -> Sizes:
    base = vars(QUICK if given.quick else FULL)
    named = {name: getattr(given, name) for name in base if getattr(given, name) is not None}
    if "rates" in named:
        named["rates"] = tuple(int(rate) for rate in named["rates"].split(","))
    return Sizes(**base | named)


@contextlib.contextmanager
def brokers(given: argparse.Namespace, folder: Path) -> Iterator[Kafka]:
    if given.kafka:
        kafka = Kafka(given.kafka, given.registry)
        yield kafka
        kafka.close()
        return
    ports = free_ports(3)
    services = Services(
        {
            "LOKETHUB_KAFKA_PORT": str(ports[0]),
            "LOKETHUB_KAFKA_CONTROLLER_PORT": str(ports[1]),
            "LOKETHUB_REGISTRY_PORT": str(ports[2]),
            "LOKETHUB_VAR": str(folder / "services"),
            "LOKETHUB_KAFKA_HEAP": "1g",
        }
    )
    try:
        services.ops("up")
        kafka = Kafka(services.brokers, services.registry)
        yield kafka
        kafka.close()
    finally:
        services.ops("down", "--wipe")


def main() -> None:
    given = options()
    folder = Path(os.environ["LOKETHUB_VAR"]) / "bench"
    sizes = sizes_of(given)
    results = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": {"system": platform.platform(), "processors": os.cpu_count()},
        "sizes": vars(sizes),
    }
    names = list(CASES) if "all" in given.cases else given.cases
    with brokers(given, folder) as kafka:
        bench = Bench(kafka, folder, sizes)
        for name in names:
            print(f"== {name}", flush=True)
            results[name] = CASES[name](bench)
            report.keep(folder / "results.json", results)
    print(f"all figures: {folder / 'results.json'}")


if __name__ == "__main__":
    main()
