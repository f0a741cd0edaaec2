"""test_region_day - a region's day: all formats in and out at once, through Kafka and two hubs.

The model is the judge; what each partner sent is counted where it is written; planted names are
looked for wherever none may be. One snapshot has lost a row, one list counts anew, two webhooks
were lost, some people come from two partners.
"""

import json
import re
import ssl
import time
from collections import Counter, defaultdict

import pytest
import test_stuf_out
from api import CANARIES
from confluent_kafka.admin import AdminClient
from harness import wait_for
from lxml import etree
from model.wire import read_topic
from model.world import FUND, SCHOOL, UWV
from oauth import CERTIFICATE, Client
from receiver import Receiver
from region import SPACES, Klanten, Peers, someone
from region_day import VOUCHERS, Day, before, live
from region_hub import RegionHub
from test_cambo import OIN, make_certificates
from vca import Vca
from zaken import SECRET, Served, Zaken

POLLED = {"zgw", "cambo", "vum", "vacancy"}
LEAD = 24 * 3_600_000


@pytest.fixture(scope="module")
def day(services, tmp_path_factory):
    folder = tmp_path_factory.mktemp("region")
    certificates = tmp_path_factory.mktemp("certificates")
    make_certificates(certificates)
    receiver, peers = Receiver(), Peers()
    vca = Vca(certificates, Client(OIN, CERTIFICATE), ssl.CERT_REQUIRED)
    prefix = f"region-{time.time_ns()}."
    try:
        with Served(Zaken(secret=SECRET)) as zaken, Klanten() as klanten:
            systems = (zaken, klanten, vca, peers, receiver)
            hub = RegionHub(folder, services, prefix, systems, certificates)
            try:
                yield lived(hub)
            finally:
                hub.end()
    finally:
        for each in (receiver, vca, peers):
            each.end()


def lived(hub):
    """A day after which nothing moves any more."""
    hub.deploy()
    hub.zaken.offset = hub.offset_file
    day = Day(hub)
    before(day)
    for node in ("one", "two"):
        hub.start(node)
    hub.ready()
    wait_for("a subscription", lambda: hub.zaken.resources["abonnement"], 60)
    live(day)
    day.settle(3)
    return day


def ask(day, *words, code=0):
    """A command's JSON, once its view has read all that there is."""

    def find():
        found = json.loads(day.hub.command(*words, "--json", node="one"))
        return found if found.get("view_is_current", True) else None

    return wait_for(f"lokethub {' '.join(words)}", find, 30)


def of_partners(day):
    """What lies in intake of partners: neither the hub's own nor what routers passed on."""
    return [
        (record, message)
        for record, message in day.decoded("intake")
        if message["partner"] != "hub" and "hops" not in record.headers
    ]


def referrals_of(day, case):
    return {
        message["body"][1]["referral"]
        for _, message in of_partners(day)
        if message["case"] == case and message["body"][0].endswith("Referral")
    }


def clients_of(day, *cases):
    """Clients as they are in the end, by cases of their referrals."""
    found = defaultdict(list)
    latest = {client["client"]: client for _, client in day.decoded("clients")}
    of = {
        referral["referral"]: client
        for client in latest.values()
        for referral in client["referrals"]
    }
    for _, message in of_partners(day):
        if message["case"] in cases and message["body"][0].endswith("Referral"):
            found[message["case"]].append(of[message["body"][1]["referral"]])
    return [found[case][0] for case in cases]


def owner(client):
    return client["desks"][client["owner"]]


def test_state_and_handovers_are_those_of_the_model(day):
    report = day.hub.judge(lead=LEAD)
    print(report)
    assert not report.differences, str(report)
    for what in ("APPLIED", "DUPLICATE", "clock T0"):
        assert report.counts[what], what
    assert not day.hub.command("orphans", node="one").strip()
    for partner, sums in report.partners.items():
        results = ("applied", "duplicate", "rejected", "parked", "forwarded")
        assert sums["received"] == sum(sums[name] for name in results), partner


def test_all_that_each_partner_sent_is_in_intake_refused_or_passed_over(day):
    """A message that is told again counts once where it is polled, and each time where it is
    sent."""
    found, seen = Counter(), set()
    for _, message in of_partners(day):
        if message["system"] in POLLED and message["id"] in seen:
            continue
        seen.add(message["id"])
        found[message["partner"], message["system"], message["case"]] += 1
    ledger = day.ledger
    assert found == ledger.taken
    refused = Counter(
        refusal["partner"] for _, refusal in day.decoded("rejected") if refusal["refused"]
    )
    assert refused == ledger.refused
    assert not found.keys() & ledger.passed.keys()
    for partner, count in ledger.documents.items():
        taken = sum(n for (whose, *_), n in found.items() if whose == partner)
        passed = sum(n for (whose, *_), n in ledger.passed.items() if whose == partner)
        assert count == taken + refused[partner] + passed, partner
        assert count >= 20 or partner == FUND, partner


def test_the_flow_closes_for_each_partner(day):
    flow = ask(day, "flow")
    assert flow["closes"]
    rows = {row["partner"]: row for row in flow["flow"]}
    stored = Counter(message["partner"] for _, message in of_partners(day))
    for partner in day.ledger.documents:
        row = rows[partner]
        assert row["received"] == stored[partner] + day.ledger.refused[partner], row
        parts = ("applied", "duplicate", "refused", "rejected")
        assert row["received"] == sum(row[part] for part in parts), row
        assert (row["parked"], row["in_flight"], row["unaccounted"]) == (0, 0, 0), row


def test_a_row_that_its_snapshot_lost_is_asked_about(day):
    [lost] = clients_of(day, "WZ-115")
    assert lost["status"] == "OPEN"
    told = [
        handover
        for _, handover in day.decoded("handovers")
        if handover["kind"] == "DUTY" and handover["client"] == lost["client"]
    ]
    assert [each["desk"] for each in told] == ["uwv-rijnmond"]
    vanished = [
        message["body"][1]["referral"]
        for _, message in day.decoded("intake")
        if message["body"][1].get("action") == "VANISHED"
    ]
    assert vanished == [lost["referrals"][0]["referral"]]


def test_what_no_webhook_told_the_poll_found(day):
    assert day.unheard == day.lost and len(day.lost) == 3
    for partner, case in day.lost:
        assert "APPLIED" in day.results(partner, case), case


def test_a_list_that_counts_anew_is_read_again_and_refers_nobody_twice(day):
    assert "" in [query for _, query in day.hub.vca.asked[5:]]
    for keten in day.hub.vca.rows:
        results = Counter(day.results(SCHOOL, keten))
        assert results["APPLIED"] >= 1 and not results["REJECTED"], results
        assert keten not in day.ended or (results["APPLIED"] == 2 and results["DUPLICATE"]), results
        assert len(referrals_of(day, keten)) == 1, keten


def test_one_person_of_two_partners_is_one_client(day):
    for first, second in day.both:
        one, other = clients_of(day, first, second)
        assert one["client"] == other["client"]
        assert owner(one) == "uwv-rijnmond" and len(one["referrals"]) >= 2


def test_one_person_without_a_number_is_two_for_somebody_to_look_at(day):
    one, other = clients_of(day, *day.alike)
    assert one["client"] != other["client"]
    rows = ask(day, "duplicates")["duplicates"]
    ours = {bytes(each["client"]).hex() for each in (one, other)}
    [number] = {row["person"] for row in rows if row["client"].replace("-", "") in ours}
    assert {row["client"] for row in rows if row["person"] == number} == ours
    assert all(row["merging"] is None for row in rows)


def test_a_school_that_spoke_first_is_no_other_client(day):
    """It referred her to the region's entry desk, which UWV then asks for."""
    school, uwv = clients_of(day, "99XX:00000520", "WZ-520")
    assert school["client"] == uwv["client"]
    assert owner(uwv) == "leerwerkloket-rijnmond"
    kinds = [each["kind"] for each in uwv["referrals"]]
    assert "REQUEST" in kinds and len(kinds) == 2, kinds


def test_what_a_desk_decided_comes_back_to_where_it_was_referred_from(day):
    """As a status of StUF, as one of ZGW, and as a contact of Open Klant; but nobody is told what
    the fund decided, by its own rule."""
    accepted = Counter(
        handover["desk"]
        for _, handover in day.decoded("handovers")
        if (handover["kind"], handover["state"]) == ("STATUS", "ACCEPTED")
    )
    statuses = day.hub.peers.told("W")
    assert len(statuses) == accepted["gemeente-rotterdam"] > 0
    text = "ZKN:heeft/ZKN:gerelateerde/ZKN:omschrijving"
    assert {each.findtext(text, None, SPACES) for each in statuses} == {
        "In behandeling bij een ander loket"
    }
    told = [each for each in day.hub.zaken.resources["statussen"].values() if is_ours(each)]
    assert len(told) == accepted["gemeente-almere"] > 0
    contacts = day.hub.klanten.contacts
    news = re.compile(r"(Uw zaaknummer: \S+\n)?Stand: ACCEPTED\n")
    heard = [each for each in contacts if news.match(each["inhoud"])]
    assert len(heard) == accepted["gemeente-enschede"] - len(VOUCHERS) > 0
    assert all(news.match(each["inhoud"]).group(1) for each in heard)
    assert len({each["inhoud"].rpartition("\n")[2] for each in contacts}) == len(contacts)


def test_who_picks_up_files_finds_each_handover_once(day):
    """As CSV at the fund, which accepted from there, and as CloudEvents at UWV."""
    told = Counter(handover["desk"] for _, handover in day.decoded("handovers"))
    for desk, folder in (("fonds-scholing", "out-fund"), ("uwv-rijnmond", "out-uwv")):
        names = [path.name for path in (day.hub.folder / folder).iterdir()]
        assert len(names) == told[desk] > 0, names
    events = [json.loads(path.read_text()) for path in (day.hub.folder / "out-uwv").iterdir()]
    sent = {each["case"] for _, each in day.decoded("intake") if each["partner"] == UWV}
    named = {each["data"]["own_case"] for each in events if each["data"]["role"] == "SENDER"}
    assert named and named <= sent, named
    for client in clients_of(day, *(f"rij-{number}" for number in VOUCHERS)):
        assert [each["state"] for each in client["referrals"]] == ["ACCEPTED"]


def is_ours(status):
    return "Kenmerk: handover-" in status["statustoelichting"]


def test_an_offer_that_has_no_zaak_there_makes_one(day):
    """By StUF, with the person in it; after the suite was busy, and each once."""
    offered = [
        handover
        for _, handover in day.decoded("handovers")
        if (handover["kind"], handover["desk"]) == ("OFFER", "gemeente-rotterdam")
    ]
    made = day.hub.peers.told("T")
    assert day.hub.peers.busy < 0
    assert len({each.findtext("ZKN:identificatie", None, SPACES) for each in made}) == len(made)
    assert len(made) == len(offered) >= 4
    name = "{http://www.egem.nl/StUF/sector/bg/0310}geslachtsnaam"
    named = [each.text for zaak in made for each in zaak.iter(name)]
    assert {someone(number)["family_name"] for number in range(206, 210)} <= set(named)
    for each in day.hub.peers.messages:
        assert test_stuf_out.SCHEMA.validate(each), test_stuf_out.SCHEMA.error_log


def test_a_company_that_trains_no_more_is_told_to_who_has_clients_there(day):
    told = [
        handover for _, handover in day.decoded("handovers") if handover["action"] == "RECOGNITION"
    ]
    mine = {bytes(each["client"]) for each in clients_of(day, "rij-712", "rij-713", "rij-714")}
    assert {bytes(each["client"]) for each in told} == mine
    assert len(told) == 3


def planted(day):
    words = {value for number in day.people for value in someone(number).values()}
    words |= {word for word in CANARIES}
    return re.compile(b"|".join(re.escape(word.encode()) for word in sorted(words)))


def test_nothing_personal_lies_in_the_open(day):
    """In values, keys and headers of all topics, in logs, views and numbers, in what was asked of
    any system."""
    search = planted(day).search
    names = AdminClient({"bootstrap.servers": day.hub.services.brokers}).list_topics().topics
    topics = [name.removeprefix(day.hub.prefix) for name in names if day.hub.prefix in name]
    assert {"intake", "persons", "access", "rejected", "fetch", "handovers"} <= set(topics)
    for topic in topics:
        for record in read_topic(day.hub.services.brokers, topic, day.hub.prefix):
            key = f"{record.key} {record.headers}".encode()
            assert not search(b"\0".join((record.value or b"", key))), topic
    hub = day.hub
    urls = [*hub.zaken.urls, *hub.klanten.urls, *hub.peers.urls]
    urls += [query for _, query in hub.vca.asked] + [each.path for each in hub.receiver.all()]
    assert len(urls) > 100 and not search("\n".join(urls).encode())
    for process in hub.processes.values():
        assert not search(process.log.read_bytes()), process.log
        assert not search("\n".join(process.metrics()).encode())
        for path in (hub.folder / f"data-{process.node}").rglob("*"):
            assert not path.is_file() or not search(path.read_bytes()), path


def test_what_is_looked_for_would_be_found(day):
    """In what may have it: the documents of partners, and what desks were sent."""
    search = planted(day).search
    told = day.hub.receiver.at("/wsp")
    assert len(told) > 5 and all(search(each.body) for each in told[:5])
    assert any(search(etree.tostring(each)) for each in day.hub.peers.told("T"))
    assert search(
        next((day.hub.folder / "drop-sonar" / "done").glob("*-export-1.csv")).read_bytes()
    )
