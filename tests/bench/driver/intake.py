"""intake - requests per CPU-second of the edge, beside a bare server that stores as large a record
for each, and what an answer takes at fixed rates.

An edge also follows all topics for its view. What that costs is measured on a second edge that
gets no requests, and taken off. But the two views also take processor and broker from what is
measured: it gets fewer requests in a second, so that less of them go to Kafka together, and each
costs more. So the bare server is measured twice: alone, and into our own intake with the same two
edges beside it. A new client costs a data key of its own, a second record that is
stored before the first; so requests about new clients and about known ones are told apart.
"""

import json
from pathlib import Path

from ports import free_ports

from driver import process
from driver.bench import Bench
from driver.hub import Hub, program
from driver.process import Running
from driver.report import median, table

BARE = "bench-bare-intake."
PATH = "/v1/referrals"
CONNECTIONS = 64
SKIP_SECONDS = 2
KNOWN_CLIENTS = 5000  # fewer than seal.cached_keys


class Load:
    """Every number is sent once, so that no message is a repeat."""

    def __init__(self, document: Path, seconds: int) -> None:
        self.document = document
        self.seconds = seconds
        self.next = 1

    def run(self, port: int, token: str, *arguments: str) -> dict:
        answer = process.answer_of(
            [
                *(program("load"), "--port", str(port), "--path", PATH, "--token", token),
                *("--document", str(self.document), "--connections", str(CONNECTIONS)),
                *("--seconds", str(self.seconds), "--skip", str(SKIP_SECONDS)),
                *("--first", str(self.next), *arguments),
            ],
            60 + self.seconds,
        )
        self.next = answer["next"]
        return answer


class Ours:
    def __init__(self, hub: Hub, token: str, people: int) -> None:
        self.hub = hub
        self.token = token
        self.people = people

    def run(self, load: Load, rate: int = 0) -> dict:
        edge = self.hub.start_edge()
        try:
            beside = self.hub.start_edge("beside")
            try:
                return self._post(load, rate, edge, beside)
            finally:
                beside.end()
        finally:
            edge.end()

    def _post(self, load: Load, rate: int, edge: Running, beside: Running) -> dict:
        return load.run(
            self.hub.nodes["bench"].port,
            self.token,
            *("--rate", str(rate), "--people", str(self.people)),
            *("--pid", str(edge.pid), "--beside", str(beside.pid)),
        )


class Bare:
    def __init__(self, hub: Hub, samples: Path, prefix: str, beside: tuple[str, ...] = ()) -> None:
        self.hub = hub
        self.samples = samples
        self.prefix = prefix
        self.beside = beside  # edges that follow what it writes
        self.port = free_ports(1)[0]

    def run(self, load: Load, rate: int = 0) -> dict:
        edges: list[Running] = []
        try:
            for name in self.beside:
                edges.append(self.hub.start_edge(name))
            return self._run(load, rate)
        finally:
            for edge in edges:
                edge.end()

    def _run(self, load: Load, rate: int) -> dict:
        command = [
            *(program("bare_intake"), "--brokers", self.hub.kafka.brokers, "--to", self.prefix),
            *("--samples", str(self.samples), "--port", str(self.port)),
        ]
        bare = process.start("bare_intake", command, self.hub.folder / "bare.log")
        try:
            bare.wait_for_text("ready")
            return load.run(self.port, "", "--rate", str(rate), "--pid", str(bare.pid))
        finally:
            bare.end()


def run(bench: Bench) -> dict:
    hub = bench.hub("intake")
    hub.deploy(view={"audit_interval_s": 0})  # else it falls into one run and not into the next
    example = hub.fill(1, steps=1)["example"]
    token = Path(example["token_file"]).read_text().strip()
    load = Load(write_document(hub, example), bench.sizes.seconds)
    samples = hub.folder / "samples"
    sides = {"ours, new clients": Ours(hub, token, 0), "ours": Ours(hub, token, KNOWN_CLIENTS)}
    closed = {name: [side.run(load)] for name, side in sides.items()}
    hub.measure(samples, "intake")
    hub.twin(BARE, "intake")
    bares = {
        "bare": Bare(hub, samples, BARE),
        "bare, two edges beside": Bare(hub, samples, hub.prefix, ("bench", "beside")),
    }
    sides |= bares
    closed |= {name: [side.run(load)] for name, side in bares.items()}
    for _ in range(1, bench.sizes.pairs):
        for name, side in sides.items():
            closed[name].append(side.run(load))
    open_ = {
        name: [side.run(load, rate) for rate in bench.sizes.rates] for name, side in sides.items()
    }
    return report(bench, closed, open_)


def write_document(hub: Hub, example: dict) -> Path:
    """load puts a number for the hashes and a valid BSN for the per cents."""
    referral = {
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
    }
    document = {
        "reference": "bench-############",
        "case": "zaak-############",
        "body": {"Referral": referral},
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
        ["who", "per CPU-second", "per second", "p50 ms", "p99 ms", "it / bare", "/ beside"],
        [
            [
                name,
                rates[name],
                median(run["per_second"] for run in runs),
                median(run["answered"]["p50"] for run in runs),
                median(run["answered"]["p99"] for run in runs),
                rates[name] / rates["bare"],
                rates[name] / rates["bare, two edges beside"],
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
        "ratio": {name: rate / rates["bare"] for name, rate in rates.items()},
        "ratio_beside": {
            name: rate / rates["bare, two edges beside"] for name, rate in rates.items()
        },
    }
