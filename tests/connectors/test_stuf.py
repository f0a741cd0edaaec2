"""What the connector stuf sends has the order, lengths and forms that the schemas of StUF have."""

import copy
import json
from pathlib import Path

import pytest
from lxml import etree

DATA = Path("tests/data/stuf")
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("stuf.rng")))
SPACES = {
    "soap": "http://schemas.xmlsoap.org/soap/envelope/",
    "StUF": "http://www.egem.nl/StUF/StUF0301",
    "ZKN": "http://www.egem.nl/StUF/sector/zkn/0310",
    "BG": "http://www.egem.nl/StUF/sector/bg/0310",
}


def bodies(case):
    said = json.loads((DATA / case / "expected.json").read_text(encoding="utf-8"))
    answers = [each.get("acknowledgement", {}) for each in said.get("parcels", [])]
    sent = [each for each in said.get("requests", []) if isinstance(each, dict)]
    return [each["body"] for each in sent + answers if "body" in each]


def message(body):
    """Of the envelope, or of the fault in it."""
    [found] = etree.fromstring(body.encode()).find("soap:Body", SPACES)
    return found.find("detail")[0] if found.tag.endswith("}Fault") else found


MESSAGES = [
    pytest.param(message(body), id=case.name)
    for case in sorted(path.parent for path in DATA.glob("*/expected.json"))
    for body in bodies(case.name)
]


@pytest.mark.parametrize("sent", MESSAGES)
def test_it_is_valid(sent):
    assert SCHEMA.validate(sent), SCHEMA.error_log


def test_there_are_messages_of_each_kind():
    kinds = {etree.QName(each.values[0]).localname for each in MESSAGES}
    zaken = {"zakLk01"} | {
        f"{what}_ZakLk01" for what in ("creeerZaak", "updateZaak", "actualiseerZaakstatus")
    }
    assert kinds == zaken | {"Bv03Bericht", "Fo03Bericht"}


@pytest.mark.parametrize(
    ("case", "path"),
    [
        ("out-status", "ZKN:object[2]/ZKN:heeft"),
        ("out-status-zds", "ZKN:object[1]/ZKN:heeft"),
        ("out-status-zds", "ZKN:object[2]/ZKN:heeft"),
        ("out-status-zds", "ZKN:object[2]/ZKN:heeft/ZKN:isGezetDoor"),
        ("out-offer-zds", "ZKN:object/ZKN:zaakniveau"),
        ("out-offer-zds", "ZKN:object/ZKN:deelzakenIndicatie"),
        ("out-offer-zds", "ZKN:object/ZKN:heeftAlsInitiator"),
        ("out-offer-zds-withheld", "ZKN:object/ZKN:heeftAlsInitiator"),
        ("out-details-zds", "ZKN:object[1]/ZKN:heeftAlsInitiator"),
        ("out-details-zds", "ZKN:object[2]/ZKN:heeftAlsInitiator"),
        ("out-details-of-nobody", "ZKN:object[2]/ZKN:toelichting"),
        ("out-status", "ZKN:stuurgegevens/StUF:ontvanger"),
        ("refused-not-xml", "StUF:stuurgegevens/StUF:ontvanger"),
        ("refused-not-xml", "StUF:stuurgegevens/StUF:crossRefnummer"),
    ],
)
def test_nothing_that_they_ask_for_may_be_missing(case, path):
    [body] = bodies(case)
    sent = copy.deepcopy(message(body))
    gone = sent.find(path, SPACES)
    gone.getparent().remove(gone)
    assert not SCHEMA.validate(sent)


@pytest.mark.parametrize("case", ["out-status", "out-status-zds", "out-details-zds"])
def test_as_it_was_comes_before_as_it_is(case):
    [body] = bodies(case)
    sent = copy.deepcopy(message(body))
    old, new = sent.findall("ZKN:object", SPACES)
    old.addprevious(new)
    assert not SCHEMA.validate(sent)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("aoa.huisnummertoevoeging", "a bis"),
        ("aoa.postcode", "3011 AB"),
        ("gor.straatnaam", "x" * 25),
        ("voorvoegselGeslachtsnaam", "x" * 11),
        ("geslachtsaanduiding", "vrouw"),
    ],
)
def test_no_value_may_have_another_form(name, text):
    [body] = bodies("out-offer-makes-a-zaak")
    sent = copy.deepcopy(message(body))
    person = sent.find(".//ZKN:natuurlijkPersoon", SPACES)
    person.find(f".//BG:{name}", SPACES).text = text
    assert not SCHEMA.validate(sent)
