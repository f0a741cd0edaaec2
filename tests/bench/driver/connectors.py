"""connectors - what partners' systems say, end to end: brought to a hub of both roles in their own
formats, stored in intake and decided, per CPU-second of the hub, beside what the connector alone
does with the same bytes.

Each begins with empty topics. What is counted ends when the router has committed the last message
and the view has it, and is without what the hub costs when nothing comes. A run that lost a
message, or applied one twice, gives no figure. What is stored once more because Kafka did not
acknowledge it in time, as on a machine that is too busy, is a repeat that the router finds: its
figure says how many there were.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from driver.bench import Bench
from driver.hub import Hub
from driver.kafka import wait_for
from driver.process import Running, cpu_seconds, resident_bytes, thread_seconds
from driver.report import say, table
from driver.restart import is_complete
from driver.systems import (
    BATCH,
    BSN,
    DATA,
    NUMBER,
    ROTTERDAM,
    SBB,
    SCHOOL,
    UWV,
    Dropped,
    Polled,
    Posted,
    Recognised,
    Said,
    Size,
    System,
    Zaken,
)

AS_SHIPPED_MS = 50
PATIENT_MS = 300000  # with Kafka's acknowledgements, so that a busy machine has fewer repeats
SETTLE_SECONDS = 3
IDLE_SECONDS = 8
STALLED_SECONDS = 60
LOOK_SECONDS = 0.2
FATES = ("applied", "duplicate", "refused", "rejected", "parked", "in_flight")
MB = 1e6
SCHOOLS = (
    'schools = ( ( "99XX", "from_desk=roc-rijnmond municipality=GM0599" ) ); '
    'statuses = ( ( "LI", "-" ) );'
)
TABLE = (
    'defaults = ( ( "kind", "TRANSFER" ), ( "subject", "PERSON" ), ( "origin", "PARTNER" ), '
    '( "purpose", "GUIDANCE" ), ( "from_desk", "gemeente-rotterdam" ) );'
)


def message() -> str:
    """Of StUF, about somebody else under each number."""
    text = (DATA / "stuf" / "create" / "input.xml").read_text()
    text = text.replace("999990019", BSN).replace("0599208938", "0599" + NUMBER)
    return text.replace("743875aaba61", NUMBER)


def events() -> str:
    """A batch; each event is a referral of somebody without a number."""
    referral = {
        "kind": "TRANSFER",
        "subject": "PERSON",
        "from_desk": "gemeente-rotterdam",
        "question": "LEERBAAN",
        "municipality": "GM0599",
        "origin": "PARTNER",
        "purpose": "GUIDANCE",
        "legal_basis": {"kind": "PUBLIC_TASK"},
    }
    person = {"family_name": "Voorbeeld", "initials": "A.B.", "birth_date": "2001-05-30"}
    batch = [
        {
            "specversion": "1.0",
            "id": f"e-{NUMBER}-{place}",
            "type": "nl.voorbeeld.verwezen",
            "source": "urn:nld:oin:00000099002000022000:systeem:klantvolg",
            "time": "2026-03-02T09:15:00Z",
            "data": {
                "case": f"e-{NUMBER}-{place}",
                "person": person,
                "body": {"Referral": referral},
            },
        }
        for place in range(BATCH)
    ]
    return json.dumps(batch)


SYSTEMS: list[System] = [
    Dropped(
        *("sonar", "sonar", UWV),
        'referrals = ( ( "Klantprofiel = BBL", "LEERBAAN" ) ); from_desk = "uwv-rijnmond";',
        sheet="sonar",
        referrals=lambda rows: (rows // 3 - rows // 27, rows // 27),
    ),
    Dropped("csv", "csv", ROTTERDAM, TABLE, sheet="csv", share=20),
    Dropped(
        *("vum", "vum", UWV),
        'referrals = ( ( "contractvorm.codeTypeOvereenkomst = 02", "question=LEERBAAN" ) ); '
        'presets = "from_desk=uwv-rijnmond region=AM22";',
        sheet="vum",
        share=5,
        referrals=lambda rows: (rows // 3, 0),
    ),
    Dropped(
        *("overstap", "overstap", SCHOOL, SCHOOLS),
        sheet="overstap",
        share=5,
        referrals=lambda rows: (rows // 3, 0),
    ),
    Recognised("recognition", "recognition", SBB, ""),
    Posted(
        *("stuf", "stuf", ROTTERDAM),
        'organisation = "0599"; partner_organisation = "0599"; '
        'partner_application = "GWS4all"; from_desk = "gemeente-rotterdam"; '
        'municipality = "GM0599"; zaaktypen = ( ( "B1026", "question=LEERBAAN" ) ); '
        'statuses = ( ( "Ontvangen", "-" ) );',
        document=message,
        type="text/xml; charset=utf-8",
    ),
    Posted(
        *("cloudevent", "cloudevent", ROTTERDAM, ""),
        document=events,
        type="application/cloudevents-batch+json",
        each=BATCH,
    ),
    Polled("cambo", "cambo", SCHOOL, SCHOOLS),
    Zaken("zgw", "zgw", ROTTERDAM, ""),
]


@dataclass(frozen=True)
class Spent:
    """By the hub, so far."""

    at: float
    cpu: float
    threads: dict[str, float]

    @staticmethod
    def of(pid: int) -> "Spent":
        return Spent(time.monotonic(), cpu_seconds(pid), thread_seconds(pid))

    def since(self, before: "Spent") -> "Spent":
        threads = {name: used - before.threads.get(name, 0) for name, used in self.threads.items()}
        return Spent(self.at - before.at, self.cpu - before.cpu, threads)

    def without(self, idle: "Spent") -> "Spent":
        """Without what as long a time costs in which nothing comes."""
        times = self.at / idle.at
        threads = {
            name: max(0.0, used - times * idle.threads.get(name, 0))
            for name, used in self.threads.items()
        }
        return Spent(self.at, self.cpu - times * idle.cpu, threads)


def run(bench: Bench) -> dict:
    systems = {system.name: system for system in SYSTEMS}
    names = bench.sizes.connectors.split(",") if bench.sizes.connectors else list(systems)
    results: dict[str, dict] = {}
    try:
        for name in names:
            results[name] = measure(bench, systems[name], Size(bench.sizes.sheet_mb))
            say(f"{name}: {results[name]['messages']:,} messages")
    finally:
        report(results)
    return results


def measure(bench: Bench, system: System, size: Size) -> dict:
    hub = bench.hub(f"connectors-{system.name}")
    hub.deploy(
        view={"audit_interval_s": 0},
        router={"commit_interval_ms": AS_SHIPPED_MS},
        http={"request_ms": PATIENT_MS},
    )
    system.folder(hub).mkdir()
    said = system.prepare(hub, size)
    write_source(hub, system)
    both = hub.start_both()
    try:
        time.sleep(SETTLE_SECONDS)
        first = Spent.of(both.pid)
        time.sleep(IDLE_SECONDS)
        before, resident = Spent.of(both.pid), resident_bytes(both.pid)
        idle = before.since(first)
        with system.serving(hub):
            own = system.speak(hub)
            decided = follow(hub, both, system, said)
            repeats = check(hub, both, system, said)
            spent = Spent.of(both.pid).since(before).without(idle)
        peak = resident_bytes(both.pid, "VmHWM")
    finally:
        both.end()
    return {
        "parts": said.parts,
        "messages": said.taken,
        "refused": said.refused,
        "repeats": repeats,
        "seconds": decided - before.at,
        "idle": idle.cpu / idle.at,
        "cpu": spent.cpu,
        "threads": spent.threads,
        "per_cpu_second": said.taken / spent.cpu,
        "alone_cpu": said.cpu,
        "client_cpu": own,
        "resident": resident,
        "peak": peak,
    }


def write_source(hub: Hub, system: System) -> None:
    """In a file that the configuration includes anyway."""
    endpoint = (
        f'{{ name = "system"; url = "http://127.0.0.1:{system.port}"; allow_private = true; '
        "concurrency = 16; }"
        if system.port
        else ""
    )
    source = (
        f'{{ name = "{system.name}"; partner = "{system.partner}"; '
        f'connector = "{system.connector}"; {system.source(hub)} '
        f"settings = {{ {system.settings} }}; }}"
    )
    path = Path(hub.folder / "config" / "endpoints.conf")
    path.write_text(f"endpoints = ( {endpoint} );\nsources = ( {source} );\n")


def follow(hub: Hub, both: Running, system: System, said: Said) -> float:
    """When the last was decided."""
    last = 0.0
    before = (-1, -1)
    while before[0] < said.taken or before[0] != before[1]:
        both.check()
        stored = system.stored(hub)
        decided = hub.kafka.committed(hub.group, hub.intake) if system.is_decided else stored
        now = time.monotonic()
        if (stored, decided) != before:
            before, last = (stored, decided), now
        refuse_refusals(hub, system, said)
        if now - last > STALLED_SECONDS:
            raise TimeoutError(f"{system.name}: {before} of {said.taken}, then nothing")
        time.sleep(LOOK_SECONDS)
    return last


def refuse_refusals(hub: Hub, system: System, said: Said) -> None:
    """Where there must be none: they would be cheaper than what is to be measured."""
    if said.refused == 0 and hub.kafka.total(f"{hub.prefix}rejected") > 0:
        raise ValueError(f"{system.name}: {hub.command('rejected', '--limit', '3')}")


def check(hub: Hub, both: Running, system: System, said: Said) -> int:
    """All of it was applied, once, and nothing else; also a while later. Returns the repeats."""
    stored = system.stored(hub)
    if system.is_decided:
        wait_for("the view", lambda: is_complete(hub, both, stored), 600, 1)
        wait_for("refusals", lambda: flow_of(hub)["refused"] >= said.refused, 600, 1)
    time.sleep(SETTLE_SECONDS)
    refuse_refusals(hub, system, said)
    flow = flow_of(hub)
    expected = dict.fromkeys(flow, 0)
    if system.is_decided:
        expected |= {"applied": said.taken, "refused": said.refused}
        expected["duplicate"] = stored - said.taken
    if flow != expected or system.stored(hub) != stored:
        raise ValueError(f"{system.name}: {flow}, not {expected}")
    return stored - said.taken


def flow_of(hub: Hub) -> dict[str, int]:
    flow = hub.flow()
    return {name: sum(row[name] for row in flow) for name in FATES}


def report(results: dict[str, dict]) -> None:
    table(
        "Connectors, end to end (the messages that are stored and decided)",
        [
            *(
                "connector",
                "rows",
                "messages",
                "refused",
                "repeats",
                "s",
                "CPU s",
                "per CPU-second",
            ),
            *("alone", "it / alone", "client CPU s", "idle CPU", "MB", "peak MB"),
        ],
        [
            [
                *(name, row["parts"], row["messages"], row["refused"], row["repeats"]),
                *(
                    row["seconds"],
                    row["cpu"],
                    row["per_cpu_second"],
                    row["messages"] / row["alone_cpu"],
                ),
                row["alone_cpu"] / row["cpu"],
                *(row["client_cpu"], row["idle"], row["resident"] / MB, row["peak"] / MB),
            ]
            for name, row in results.items()
        ],
    )
    names = sorted({name for row in results.values() for name in row["threads"]})
    table(
        "Of the hub's CPU time so much in each of its threads, in per cent",
        ["connector", *names],
        [
            [
                name,
                *(100 * row["threads"].get(each, 0) / row["cpu"] for each in names),
            ]
            for name, row in results.items()
        ],
    )
