"""test_edges - everything at once: the partner API, a zaak system, dropped files, webhooks, a feed.

The model is the judge of what comes out, and planted names are looked for wherever none may be.
"""

import random
import threading
import time
from collections import Counter, defaultdict

import pytest
from api import CANARIES
from api import person as canary
from harness import wait_for
from model import scenario
from model.world import LEERWERK, UWV, WORLD, WSP
from receiver import SECRET, Receiver, ok, resets, says
from traffic import Edges, Traffic
from zaken import (
    TYPE,
    Faults,
    Served,
    Zaaksysteem,
    ZgwHub,
    add_zaak,
    endpoint,
    source,
    write_secret,
)

CLIENTS, ZAKEN_COUNT, FILES, ROWS = 120, 40, 6, 60
HEAD = (
    "Datum melding;BSN;ID_WZ;Klantprofiel;Volledige Naam;Telefoonnummer;E-mailadres;Gemeente;"
    "Arbeidsmarktregio;Toestemming\n"
)


class EdgesHub(ZgwHub):
    """A zaak system and a folder in; a webhook and a folder out; the others ask."""

    def __init__(self, folder, running, prefix, system, receiver):
        super().__init__(folder, running, WORLD, prefix)
        self.drop, self.out = folder / "drop", folder / "out"
        self.out.mkdir()
        endpoints = [
            endpoint(system.url, "zaken", concurrency=8),
            {"name": "wsp", "url": receiver.url("/wsp"), "allow_private": True},
        ]
        sources = [
            source(system.url, endpoint="zaken", system="zaken", poll_interval_s=5),
            {
                "name": "sonar",
                "partner": UWV,
                "connector": "sonar",
                "system": "sonar",
                "folder": str(self.drop),
                "settings": {
                    "referrals": (("Klantprofiel = BBL", "LEERBAAN"),),
                    "from_desk": "uwv-rijnmond",
                    "municipalities": (("Rotterdam", "GM0599"),),
                },
            },
        ]
        deliveries = [
            {"desk": "wsp-rijnmond", "endpoint": "wsp", "signing_secrets": ["hook"]},
            {"desk": "fonds-scholing", "way": "file", "folder": str(self.out)},
        ]
        self.lists = {"endpoints": endpoints, "sources": sources, "deliveries": deliveries}
        write_secret(folder, "zaken", "geheim")
        (folder / "secrets" / "hook").write_text(f"{SECRET}\n")


def zaken(system, seed):
    """A municipality at work; its system sends twice, late, in no order, and fails now and then."""
    chance = random.Random(seed)
    zaaktype = system.add_zaaktype(
        TYPE, ["Ontvangen", "In behandeling", "Afgehandeld"], ["Ingetrokken"]
    )
    for number in range(ZAKEN_COUNT):
        system.faults = Faults(
            duplicate=chance.choice((0, 3)),
            drop=chance.choice((0, 0, 2)),
            hold=chance.choice((0, 0, 3)),
            fail=chance.choice((0, 0, 2)),
            slow_s=chance.choice((0, 0, 0.2)),
        )
        zaak = add_zaak(system, zaaktype, canary(3000 + number))
        system.create_status(zaak["url"], "Ontvangen")
        time.sleep(0.01)  # no two statuses of a zaak are of the same moment
        if chance.random() < 0.5:
            system.create_status(zaak["url"], "In behandeling")
        if chance.random() < 0.3:
            time.sleep(0.01)
            system.create_resultaat(zaak["url"], "Ingetrokken")
            system.create_status(zaak["url"], "Afgehandeld")
        time.sleep(0.1)


def exports(drop, seed):
    """Each day the whole list again: some changed, some new; a few have not consented."""
    chance = random.Random(seed)
    for day in range(FILES):
        rows = []
        for number in range(ROWS + 5 * day):
            who = canary(1000 + number)
            phone = who["phone"] if chance.random() < 0.8 else f"06{chance.randrange(10**8):08d}"
            consent = "Nee" if number % 10 == 9 else "Ja"
            profile = "Anders" if number % 10 == 8 else "BBL"
            rows.append(
                f"46083;{who['bsn']};WZ-{number};{profile};{who['family_name']};{phone};"
                f"{who['email']};Rotterdam;AM22;{consent}\n"
            )
        aside = drop / f"day{day}.part"
        aside.write_text(HEAD + "".join(rows))
        aside.rename(drop / f"day{day}.csv")
        time.sleep(2)


class Reader(threading.Thread):
    """A desk that asks for what is new, again and again."""

    def __init__(self, hub):
        super().__init__(daemon=True)
        self.api = hub.partner(LEERWERK)
        self.stop = threading.Event()
        self.found, self.after = [], None

    def run(self):
        while not self.stop.wait(0.2):
            self.read()

    def read(self):
        query = f"?after={self.after}" if self.after else ""
        answer = self.api.get(f"/v1/handovers{query}")
        if answer.status_code == 200:
            self.found += answer.json()["handovers"]
            self.after = answer.json()["after"]
        return answer.status_code == 200 and not answer.json()["more"]


def now():
    return int(time.time() * 1000)


@pytest.fixture(scope="module")
def day(services, tmp_path_factory):
    """One busy day, after which all is quiet."""
    folder = tmp_path_factory.mktemp("edges")
    receiver = Receiver()
    turn = [0]

    def moody(handler):
        turn[0] += 1
        (says(500) if turn[0] % 17 == 0 else resets if turn[0] % 23 == 0 else ok)(handler)

    receiver.answers["/wsp"] = moody
    with Served(Zaaksysteem()) as system:
        hub = EdgesHub(folder, services, f"edges-{time.time_ns()}.", system, receiver)
        hub.deploy()
        hub.start()
        try:
            hub.ready()
            yield hub, receiver, *busy(hub, system)
        finally:
            hub.end()
            receiver.end()


def busy(hub, system):
    """All partners at work; returns when nothing moves any more."""
    reader = Reader(hub)
    reader.start()
    traffic = Traffic(Edges(hub.edges()), hub.watch, threads=4)
    lives = scenario.lives(WORLD, 7, CLIENTS, now() - 3_600_000, 14)
    traffic.start(scenario.acquainted(lives))
    workers = [
        threading.Thread(target=zaken, args=(system, 1)),
        threading.Thread(target=exports, args=(hub.drop, 2)),
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    traffic.join()
    wait_for(
        "the files to be done",
        lambda: len(list((hub.drop / "done").glob("*.answer.csv"))) == FILES,
        120,
    )
    system.faults = Faults()
    wait_for(
        "every zaak to be told",
        lambda: {f"ZAAK-2026-{n + 1:07d}" for n in range(ZAKEN_COUNT)}
        <= {message["case"] for _, message in hub.decoded("intake")},
        120,
        1,
    )
    time.sleep(7)
    system.faults = Faults(fail=1_000_000, fail_status=503)
    quiet(hub)
    reader.stop.set()
    reader.join()
    wait_for("the feed's end", reader.read, 30)
    return reader, traffic


def quiet(hub):
    """What is delivered comes back as a message; until no more does."""
    before = -1
    for _ in range(60):
        hub.wait_settled(120)
        records = hub.watch.records_of_intake()
        if records == before:
            return
        before = records
        time.sleep(3)
    raise TimeoutError("intake never comes to rest")


def test_state_and_handovers_are_those_of_the_model(day):
    hub, _, _, traffic = day
    report = hub.judge(traffic.ledger, alone=False)
    print(report, traffic.statuses())
    assert not report.differences, str(report)
    assert report.counts["words between clients"]
    assert not hub.command("orphans", node="one").strip()


def test_the_sum_closes_per_partner(day):
    hub, _, _, _ = day
    report = hub.judge()
    results = ("applied", "duplicate", "rejected", "parked", "forwarded")
    for partner, sums in report.partners.items():
        assert sums["received"] == sum(sums[name] for name in results), partner
    refused = Counter(
        refusal["partner"] for _, refusal in hub.decoded("rejected") if refusal["refused"]
    )
    without_consent = sum(
        1 for day in range(FILES) for number in range(ROWS + 5 * day) if number % 10 == 9
    )
    assert refused[UWV] >= without_consent
    answers = "".join(path.read_text() for path in sorted((hub.drop / "done").glob("*.answer.csv")))
    assert answers.count("refused") == without_consent


def test_the_webhook_gets_each_handover_as_it_is_and_in_order(day):
    hub, receiver, _, _ = day
    of_wsp = [
        (record.partition << 44 | record.offset, handover)
        for record, handover in hub.decoded("handovers")
        if handover["desk"] == "wsp-rijnmond"
    ]
    wait_for(
        "all handovers",
        lambda: len({each.headers["webhook-id"] for each in receiver.at("/wsp")}) >= len(of_wsp),
        120,
    )
    bodies = defaultdict(set)
    numbers = defaultdict(list)
    for each in receiver.at("/wsp"):
        assert each.signature_is_right()
        bodies[each.headers["webhook-id"]].add(each.body)
        data = each.event["data"]
        if data["number"] not in numbers[data.get("referral")]:
            numbers[data.get("referral")].append(data["number"])
    assert len(bodies) == len(of_wsp)
    assert all(len(each) == 1 for each in bodies.values())
    for referral, seen in numbers.items():
        told = [number for number in seen if number > 0]
        assert referral is None or told == list(range(1, len(told) + 1)), referral


def test_the_feed_has_each_number_once(day):
    hub, _, reader, _ = day
    numbers = defaultdict(list)
    for each in reader.found:
        if each["handover"]["number"] > 0:
            numbers[each["handover"]["referral"]].append(each["handover"]["number"])
    assert numbers
    for referral, seen in numbers.items():
        assert seen == list(range(1, len(seen) + 1)), referral
    of_loket = [
        1 for _, each in hub.decoded("handovers") if each["desk"] == "leerwerkloket-rijnmond"
    ]
    assert len(reader.found) == len(of_loket)


def test_nothing_personal_lies_in_the_open(day):
    hub, _, _, _ = day
    planted = [each.encode() for each in (*CANARIES, canary(3001)["bsn"], canary(1001)["bsn"])]
    topics = ("intake", "events", "clients", "handovers", "rejected", "fetch", "facts", "persons")
    for topic in topics:
        for record in hub.records(topic):
            whole = b"\0".join(
                (record.value or b"", str(record.key).encode(), str(record.headers).encode())
            )
            assert not [each for each in planted if each in whole], topic
    places = [hub.processes["one"].log, *(hub.folder / "data-one").glob("view.db*")]
    for path in places:
        whole = path.read_bytes()
        assert not [each for each in planted if each in whole], path
    metrics = "\n".join(hub.processes["one"].metrics())
    assert not [each for each in planted if each.decode() in metrics]


def test_who_may_see_is_who_was_written_down(day):
    """Every handover that went out with a person in it is in topic access, before it went."""
    hub, receiver, _, _ = day
    accesses = Counter(
        (access["referral"], access["partner"]) for _, access in hub.decoded("access")
    )
    named = [
        each.event["data"]["referral"]
        for each in receiver.at("/wsp")
        if "person" in each.event["data"]
    ]
    assert named
    for referral in named:
        raw = bytes.fromhex(referral.replace("-", ""))
        assert accesses[raw, WSP] >= 1
