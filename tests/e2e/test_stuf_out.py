"""test_stuf_out - a zaak system that hears of an offer hears of its end, in the same zaak."""

import re
import time

import pytest
from api import WAIT, a_hub, action, person, referral
from harness import ROOT, wait_for
from lxml import etree
from model.world import ROTTERDAM, WSP
from receiver import Receiver

DESK = "wsp-rijnmond"
TOWN = "gemeente-rotterdam"
CLIENTS = 4
SCHEMA = etree.RelaxNG(etree.parse(ROOT / "tests" / "connectors" / "stuf.rng"))
SLOW_S = 1.0  # so long a zaak is being made
SETTINGS = {
    "organisation": "0599",
    "partner_organisation": "0599",
    "partner_application": "GWS4all",
    "new_zaaktype": "B2000 Aanbod",
    "tells": (("OFFER", "1 - Aangeboden"), ("RECALL", "9 - Ingetrokken")),
}
OF_TOWN = SETTINGS | {"root": "ZDS", "tells": (("STATUS", "2 - In behandeling"), ("OFFER", "-"))}
WORKER = {"worker_name": "B. Adviseur"}
SEEN = {"fields": [*WORKER], "fields_accepted": ["family_name", "phone", *WORKER]}
CONFIRMED = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<Bv03Bericht xmlns="http://www.egem.nl/StUF/StUF0301"><stuurgegevens><berichtcode>Bv03</berichtcode>
<crossRefnummer>{}</crossRefnummer></stuurgegevens></Bv03Bericht></s:Body></s:Envelope>"""


def one(name, body):
    return re.search(rf"<{name}>([^<]*)</{name}>", body.decode()).group(1)


def kind(received):
    return one("StUF:mutatiesoort", received.body)


def zaak(received):
    return one("ZKN:identificatie", received.body)


def assert_valid(received, root):
    """By our own schema of what goes out."""
    [message] = etree.fromstring(received.body)[0]
    assert etree.QName(message).localname == root
    assert SCHEMA.validate(message), SCHEMA.error_log


def confirms(handler):
    """What tells of a new zaak takes a while."""
    if one("StUF:mutatiesoort", handler.body) == "T":
        time.sleep(SLOW_S)
    answer = CONFIRMED.format(one("StUF:referentienummer", handler.body)).encode()
    handler.send_response(200)
    handler.send_header("Content-Type", "text/xml")
    handler.send_header("Content-Length", str(len(answer)))
    handler.end_headers()
    handler.wfile.write(answer)


@pytest.fixture(scope="module")
def system():
    receiver = Receiver()
    receiver.answers["/stuf"] = receiver.answers["/town"] = confirms
    yield receiver
    receiver.end()


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory, system):
    endpoints = [
        {"name": name, "url": system.url(path), "allow_private": True}
        for name, path in (("suite", "/stuf"), ("town", "/town"))
    ]
    delivery = {"desk": DESK, "connector": "stuf", "endpoint": "suite", "settings": SETTINGS}
    to_town = {"desk": TOWN, "connector": "stuf", "endpoint": "town", "settings": OF_TOWN}
    lists = {"endpoints": endpoints, "deliveries": [delivery, to_town | {"system": "zaken"}]}
    with a_hub(services, tmp_path_factory.mktemp("stufout"), lists=lists, fields=SEEN) as hub:
        yield hub


def test_what_comes_right_behind_an_offer_names_its_zaak(hub, system):
    """Withdrawn while the zaak is being made: that it was made is news to the view still."""
    sender = hub.partner(ROTTERDAM)
    for number in range(CLIENTS):
        draft = referral(f"out-{number}", to_desk=DESK) | {"person": person(number)}
        answer = sender.refer(draft)
        assert answer.status_code == 202, answer.text
        name = answer.json()["referral"]
        cancel = action("CANCEL", f"cancel-{number}", reason="CLIENT_DECLINED")
        assert sender.act(name, cancel).status_code == 202
    wait_for("all told", lambda: len(system.at("/stuf")) >= 2 * CLIENTS, 20)
    came = system.at("/stuf")
    made = {zaak(each) for each in came if kind(each) == "T"}
    withdrawn = [zaak(each) for each in came if kind(each) == "W"]
    assert len(made) == CLIENTS
    assert sorted(withdrawn) == sorted(made)
    for each in came:
        assert_valid(each, "zakLk01")


def test_a_zaak_system_is_told_of_its_own_cases_only(hub, system):
    """The municipality has another one too, and that gives numbers as well."""
    town, desk = hub.partner(ROTTERDAM), hub.partner(WSP)
    for number, of in enumerate(("another", "zaken"), 20):
        draft = referral(f"town-{of}", to_desk=DESK) | {"person": person(number), "system": of}
        answer = town.refer(draft, **WAIT)
        assert answer.status_code == 201, answer.text
        accept = action("ACCEPT", f"accept-{of}", actor={"worker": "team-1"})
        answer = desk.act(answer.json()["referral"], accept, **WAIT)
        assert answer.status_code == 201, answer.text
    wait_for("its own to be told", lambda: system.at("/town"), 20)
    hub.settle()
    assert {zaak(each) for each in system.at("/town")} == {"town-zaken"}
    for each in system.at("/town"):
        assert_valid(each, "actualiseerZaakstatus_ZakLk01")


def told_in_its_zaak(hub, system, name):
    """What came of the zaak that the hub made of a referral, two at least."""

    def came():
        mine = f"0599LWL{name.replace('-', '')}"
        return [each for each in system.at("/stuf") if zaak(each) == mine]

    wait_for("both to come", lambda: len(came()) >= 2, 20)
    hub.settle()
    for each in came():
        assert_valid(each, "zakLk01")
    return came()


def test_who_accepts_finds_the_client_in_the_zaak_that_was_made(hub, system):
    draft = referral("out-30", to_desk=DESK) | {"person": person(30) | WORKER}
    answer = hub.partner(ROTTERDAM).refer(draft, **WAIT)
    assert answer.status_code == 201, answer.text
    accept = action("ACCEPT", "accept-30", actor={"worker": "team-1"})
    name = answer.json()["referral"]
    answer = hub.partner(WSP).act(name, accept, **WAIT)
    assert answer.status_code == 201, answer.text
    made, changed = told_in_its_zaak(hub, system, name)
    assert (kind(made), kind(changed)) == ("T", "W")
    assert b"Contactpersoon: B. Adviseur" in made.body and b"Initiator" not in made.body
    assert one("BG:geslachtsnaam", changed.body) == person(30)["family_name"]
    assert one("ZKN:telefoonnummer", changed.body) == person(30)["phone"]


def test_an_offer_that_was_changed_changes_the_zaak_that_was_made(hub, system):
    """By its sender, while the zaak is being made and before anybody accepts."""
    sender = hub.partner(ROTTERDAM)
    draft = referral("out-40", to_desk=DESK) | {"person": person(40) | WORKER}
    answer = sender.refer(draft)
    assert answer.status_code == 202, answer.text
    name = answer.json()["referral"]
    draft |= {"reference": "ref-out-40-2", "person": person(40) | {"worker_name": "C. Collega"}}
    answer = sender.refer(draft, **WAIT)
    assert answer.status_code == 201, answer.text
    assert answer.json()["referral"] == name
    made, changed = told_in_its_zaak(hub, system, name)
    assert (kind(made), kind(changed)) == ("T", "W")
    assert b"Contactpersoon: B. Adviseur" in made.body
    assert b"Contactpersoon: C. Collega" in changed.body
