"""test_stuf - a municipality that speaks StUF, by a SOAP client that nobody here wrote (zeep)."""

import uuid
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import requests
import zeep
from api import a_hub, person
from harness import ROOT, wait_for
from model.world import ROTTERDAM

pytestmark = pytest.mark.peers

WSDL = str(ROOT / "tests" / "e2e" / "stuf.wsdl")
BINDING = "{http://www.egem.nl/StUF/sector/zkn/0310}OntvangAsynchroon"
STUF = "{http://www.egem.nl/StUF/StUF0301}"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TYPE = "B1026"
SETTINGS = {
    "organisation": "0599",
    "partner_organisation": "0599",
    "partner_application": "GWS4all",
    "from_desk": "gemeente-rotterdam",
    "zaaktypen": ((TYPE, "question=WERK"),),
    "statuses": (("Ontvangen", "-"), ("B1026:2", "SIGN_OF_LIFE days=28")),
    "results": (("Ingetrokken", "CANCEL reason=CLIENT_DECLINED"),),
}


def now():
    return datetime.now(AMSTERDAM).strftime("%Y%m%d%H%M%S")


class Suite:
    """The municipality's system: what it sends, and what it was answered."""

    def __init__(self, hub):
        self.hub = hub
        self.api = hub.partner(ROTTERDAM)
        session = requests.Session()
        session.headers["Authorization"] = self.api.http.headers["Authorization"]
        self.client = zeep.Client(WSDL, transport=zeep.Transport(session=session))
        self.url = f"{hub.edges()[0]}/v1/in/{ROTTERDAM}/stuf"
        self.service = self.client.create_service(BINDING, self.url)

    def send(self, kind, *zaken, reference=None, application="GWS4all"):
        self.reference = reference or str(uuid.uuid4())
        head = {
            "berichtcode": "Lk01",
            "zender": {"organisatie": "0599", "applicatie": application},
            "ontvanger": {"organisatie": "0599", "applicatie": "LOKETHUB"},
            "referentienummer": self.reference,
            "tijdstipBericht": now(),
            "entiteittype": "ZAK",
        }
        parameters = {"mutatiesoort": kind, "indicatorOvername": "V"}
        return self.service.zakLk01(head, parameters, list(zaken))

    def refused(self, *arguments, **named):
        with pytest.raises(zeep.exceptions.Fault) as caught:
            self.send(*arguments, **named)
        fault = caught.value.detail.find(f"{STUF}Fo03Bericht")
        said = self.client.get_element(fault.tag).parse(fault, self.client.wsdl.types)
        assert said.stuurgegevens.crossRefnummer == self.reference
        body = fault.find(f"{STUF}body")
        return tuple(body.findtext(STUF + name) for name in ("code", "plek", "details"))

    def said(self, case):
        answer = self.api.get(f"/v1/receipts/{case}")
        messages = answer.json()["messages"] if answer.status_code == 200 else []
        return Counter(each["result"] for each in messages)


def kinds(entity, kind):
    return {"entiteittype": entity, "verwerkingssoort": kind}


def zaak(case, number=None, bsn=None, statuses=(), kind="T"):
    """As it is now; without a number nobody is named."""
    who = person(number) if number is not None else None
    out = {
        "identificatie": case,
        "omschrijving": "Zoekt werk.",
        "isVan": {"gerelateerde": {"code": TYPE} | kinds("ZKT", "I")} | kinds("ZAKZKT", "I"),
        "heeft": [
            {
                "gerelateerde": {"zkt.code": TYPE, "volgnummer": volgnummer} | kinds("STT", "I"),
                "datumStatusGezet": now() + "00",
            }
            | kinds("ZAKSTT", "T")
            for volgnummer in statuses
        ],
    } | kinds("ZAK", kind)
    if who is not None:
        natural = {
            "inp.bsn": bsn or who["bsn"],
            "geslachtsnaam": who["family_name"],
            "geboortedatum": who["birth_date"].replace("-", ""),
        } | kinds("NPS", "T")
        related = {"gerelateerde": {"natuurlijkPersoon": natural}}
        out["heeftAlsInitiator"] = related | kinds("ZAKBTRINI", "T")
    return out


@pytest.fixture(scope="module")
def suite(services, tmp_path_factory):
    lists = {
        "sources": [
            {
                "name": "stuf",
                "partner": ROTTERDAM,
                "connector": "stuf",
                "system": "suite",
                "settings": SETTINGS,
            }
        ]
    }
    with a_hub(services, tmp_path_factory.mktemp("stuf"), lists=lists) as hub:
        yield Suite(hub)


def test_a_zaak_is_confirmed_and_becomes_a_referral(suite):
    answer = suite.send("T", zaak("0599000001", 1))
    assert answer.berichtcode == "Bv03"
    assert answer.crossRefnummer == suite.reference
    assert answer.zender.applicatie == "LOKETHUB" and answer.ontvanger.applicatie == "GWS4all"
    wait_for("the referral", lambda: suite.said("0599000001")["APPLIED"] == 1, 40)
    [referral] = suite.api.get("/v1/receipts/0599000001").json()["referrals"]
    assert referral["state"] in ("SUBMITTED", "OFFERED")


def test_the_same_again_is_confirmed_alike_and_says_nothing_new(suite):
    first = suite.send("T", zaak("0599000002", 2), reference="again-1")
    second = suite.send("T", zaak("0599000002", 2), reference="again-1")
    assert first.referentienummer == second.referentienummer
    both = {"APPLIED": 1, "DUPLICATE": 1}
    wait_for("both", lambda: suite.said("0599000002") == both, 40)


def test_a_change_tells_its_new_status(suite):
    suite.send("T", zaak("0599000003", 3))
    suite.send("W", zaak("0599000003", kind="W"), zaak("0599000003", statuses=("0002",), kind="W"))
    wait_for("two messages", lambda: suite.said("0599000003")["APPLIED"] == 2, 40)


def test_who_is_wrong_gets_a_fault_that_says_what(suite):
    code, place, details = suite.refused("T", zaak("0599000004", 4, bsn="123456789"))
    assert (code, place) == ("StUF055", "client")
    assert "bsn" in details and "123456789" not in details
    assert suite.refused("T", zaak("0599000004", 4), application="Ander")[0] == "StUF013"
    code, _, details = suite.refused("S", zaak("0599000004", 4))
    assert code == "StUF055" and "mutatiesoort" in details


def test_what_is_no_xml_gets_a_fault_too(suite):
    answer = suite.api.post(f"/v1/in/{ROTTERDAM}/stuf", b"<a>\n<b></a>", Content_Type="text/xml")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert "line 2" in answer.text and "Fo03" in answer.text


def test_what_is_not_known_to_be_stored_is_the_servers_fault(suite):
    """Kafka stands still: the first waits for it in vain, and is sent again afterwards."""
    with suite.hub.services.silent_kafka():
        code, place, _ = suite.refused("T", zaak("0599000005", 5), reference="silent-1")
        assert (code, place) == ("StUF058", "server")

    def confirmed():
        try:
            return suite.send("T", zaak("0599000005", 5), reference="silent-1")
        except zeep.exceptions.TransportError as answer:
            assert answer.status_code == 503
            return None

    assert wait_for("a Bv03", confirmed, 120, 1).berichtcode == "Bv03"
    wait_for("the referral", lambda: suite.said("0599000005")["APPLIED"] == 1, 60)
    assert set(suite.said("0599000005")) <= {"APPLIED", "DUPLICATE"}


def test_nothing_is_lost_on_the_way(suite):
    report = suite.hub.judge()
    assert not report.differences, str(report)
