"""intake - requests per CPU-second of the edge, beside a bare server that stores as large a record
for each, and what an answer takes at fixed rates.
"""

import json
from collections.abc import Callable
from pathlib import Path

from harness import free_ports

from driver import process
from driver.bench import Bench
from driver.hub import Hub, program
from driver.process import Running
from driver.report import median, table

BARE = "bench-bare-intake."
PATH = "/v1/referrals"
CONNECTIONS = 64
SKIP_SECONDS = 2


class Server:
    """Either of the two, with what a request to it needs."""

    def __init__(self, name: str, port: int, token: str, start: Callable[[], Running]) -> None:
        self.name = name
        self.port = port
        self.token = token
        self.start = start


class Load:
    """Every number is sent once, so that no message is a repeat."""

    def __init__(self, document: Path, seconds: int) -> None:
        self.document = document
        self.seconds = seconds
        self.next = 1

    def run(self, server: Server, running: Running, rate: int = 0) -> dict:
        answer = process.answer_of(
            [
                *(program("load"), "--port", str(server.port), "--path", PATH),
                *("--document", str(self.document), "--token", server.token),
                *("--connections", str(CONNECTIONS), "--rate", str(rate)),
                *("--seconds", str(self.seconds), "--skip", str(SKIP_SECONDS)),
                *("--first", str(self.next), "--pid", str(running.pid)),
            ],
            60 + self.seconds,
        )
        self.next = answer["next"]
        refused = answer["statuses"]["4xx"] + answer["statuses"]["5xx"]
        if refused:
            raise RuntimeError(f"{server.name}: {refused} requests were refused: {answer}")
        return answer


def run(bench: Bench) -> dict:
    hub = bench.hub("intake")
    hub.deploy()
    example = hub.fill(1, steps=1)["example"]
    load = Load(write_document(hub, example), bench.sizes.seconds)
    samples = hub.folder / "samples"
    ours = Server(
        "ours", hub.port, Path(example["token_file"]).read_text().strip(), lambda: start_ours(hub)
    )
    running = ours.start()
    try:
        closed = {"ours": [load.run(ours, running)], "bare": []}
    finally:
        running.end()
    hub.measure(samples, "intake")
    hub.twin(BARE, "intake")
    port = free_ports(1)[0]
    bare = Server("bare", port, "", lambda: start_bare(hub, samples, port))
    for turn in range(bench.sizes.pairs):
        for server in (ours, bare):
            if server is bare or turn > 0:
                closed[server.name].append(once(load, server))
    open_ = {
        server.name: [once(load, server, rate) for rate in bench.sizes.rates]
        for server in (ours, bare)
    }
    return report(bench, closed, open_)


def once(load: Load, server: Server, rate: int = 0) -> dict:
    running = server.start()
    try:
        return load.run(server, running, rate)
    finally:
        running.end()


def start_ours(hub: Hub) -> Running:
    running = hub.start("edge")
    hub.wait_ready(running)
    return running


def start_bare(hub: Hub, samples: Path, port: int) -> Running:
    command = [
        *(program("bare_intake"), "--brokers", hub.kafka.brokers, "--to", BARE),
        *("--samples", str(samples), "--port", str(port)),
    ]
    running = process.start("bare_intake", command, hub.folder / "bare.log")
    running.wait_for_text("ready")
    return running


def write_document(hub: Hub, example: dict) -> Path:
    """load puts a number for the hashes and a valid BSN for the per cents."""
    document = {
        "reference": "bench-############",
        "case": "zaak-############",
        "kind": "TRANSFER",
        "subject": "PERSON",
        "from_desk": example["from_desk"],
        "to_desk": example["to_desk"],
        "question": example["question"],
        "target_groups": ["JONGERE"],
        "municipality": example["municipality"],
        "sector_to": "TECHNIEK",
        "origin": "PARTNER",
        "purpose": "GUIDANCE",
        "legal_basis": {"kind": "PUBLIC_TASK", "reference": "SUWI art. 30a"},
        "person": {
            "bsn": "%" * 9,
            "family_name": "Voorbeeld",
            "initials": "A.B.",
            "birth_date": "2001-05-17",
            "street": "Westersingel",
            "house_number": "25",
            "postcode": "3014GN",
            "city": "Rotterdam",
            "phone": "0612345678",
            "email": "a.voorbeeld@example.nl",
            "worker_name": "B. Adviseur",
            "text": "Wil graag in de installatietechniek werken, heeft een rijbewijs B en ervaring "
            "in het magazijn. Zoekt een leerbaan van vier dagen met een dag school.",
        },
    }
    path = hub.folder / "document.json"
    path.write_text(json.dumps(document))
    return path


def report(bench: Bench, closed: dict[str, list[dict]], open_: dict[str, list[dict]]) -> dict:
    rates = {name: median(run["per_cpu_second"] for run in runs) for name, runs in closed.items()}
    table(
        "Intake: requests per CPU-second at saturation (medians; the more the better)",
        ["who", "per CPU-second", "per second", "p50 ms", "p99 ms", "ours / it"],
        [
            [
                name,
                rates[name],
                median(run["per_second"] for run in runs),
                median(run["answered"]["p50"] for run in runs),
                median(run["answered"]["p99"] for run in runs),
                rates["ours"] / rates[name],
            ]
            for name, runs in closed.items()
        ],
    )
    table(
        "Intake at fixed rates: ms until the 202; µs of CPU per request",
        ["rate", "p50", "p99", "max", "CPU"],
        [
            [
                f"{rate:,}/s {name}",
                *(runs[turn]["answered"][part] for part in ("p50", "p99", "max")),
                runs[turn]["cpu_us"],
            ]
            for turn, rate in enumerate(bench.sizes.rates)
            for name, runs in open_.items()
        ],
    )
    return {
        "closed": closed,
        "open": open_,
        "per_cpu_second": rates,
        "ratio": rates["ours"] / rates["bare"],
    }
