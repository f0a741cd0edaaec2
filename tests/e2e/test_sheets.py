"""test_sheets - tables of partners: an export of Sonar, dropped each day, and our own template."""

import csv
import io
from pathlib import Path

import pytest
from api import ApiHub, a_hub
from harness import ROOT, wait_for
from model.world import ROTTERDAM, UWV

DATA = ROOT / "tests" / "data"
HEADER, ANNA = (DATA / "sonar/all-columns/input.csv").read_text().splitlines()
FROM = ANNA.split(";")


def row(number, **more):
    """Anna under another number, without a BSN; more: columns, by their first letters."""
    columns = HEADER.split(";")
    values = {"ID_WZ": f"WZ-{number}", "BSN": "", **more}
    return ";".join(values.get(name, old) for name, old in zip(columns, FROM, strict=True))


def export(*rows):
    return "\r\n".join([HEADER, *rows]) + "\r\n"


def table(text):
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


class Partners:
    def __init__(self, hub: ApiHub, drop: Path) -> None:
        self.hub = hub
        self.drop = drop

    def put(self, name, text, seconds=60):
        """Drops a file and returns the rows of its answer."""
        aside = self.drop / f".{name}"
        aside.write_bytes(text if isinstance(text, bytes) else text.encode())
        aside.rename(self.drop / name)

        def find():
            found = [
                each
                for folder in ("done", "refused")
                for each in (self.drop / folder).glob(f"*-{name}.answer*")
            ]
            return found[0] if found else None

        return table(wait_for(f"the answer to {name}", find, seconds).read_text())

    def said(self, case):
        """Results of all messages of a case, once all are decided; and how many referrals."""

        taken = [each for _, each in self.hub.decoded("intake") if each["case"] == case]
        assert taken

        def find():
            answer = self.hub.partner(UWV).get(f"/v1/receipts/{case}")
            found = answer.json()["messages"] if answer.status_code == 200 else []
            results = [each["result"] for each in found]
            return results if len(results) == len(taken) and "IN_FLIGHT" not in results else None

        results = wait_for(f"what became of {case}", find, 30)
        return results, len({str(each["body"][1]["referral"]) for each in taken})


@pytest.fixture(scope="module")
def partners(services, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sheets")
    drop = folder / "drop"
    sources = [
        {
            "name": "export",
            "partner": UWV,
            "connector": "sonar",
            "system": "sonar",
            "folder": str(drop),
            "settings": {
                "referrals": (("Klantprofiel = BBL", "LEERBAAN"),),
                "from_desks": (("AM22", "uwv-rijnmond"), ("AM05", "uwv-twente")),
            },
        },
        {"name": "template", "partner": ROTTERDAM, "connector": "csv"},
    ]
    with a_hub(services, folder, lists={"sources": sources}) as hub:
        yield Partners(hub, drop)


def test_the_same_client_tomorrow_amends_and_is_no_second_referral(partners):
    monday = export(row(1), row(2, Klantprofiel="Werk"), row(3, Toestemming="Nee"))
    answer = partners.put("monday.csv", monday)
    assert [(each["row"], each["fate"]) for each in answer] == [
        ("line 2", "taken"),
        ("line 4", "refused"),
    ]
    assert answer[1]["reason"].startswith("Toestemming is not Ja")
    assert partners.said("WZ-1") == (["APPLIED"], 1)
    partners.put("tuesday.csv", export(row(1, Aantal="2")))
    assert partners.said("WZ-1") == (["APPLIED", "DUPLICATE"], 1)
    changed = partners.put("wednesday.csv", export(row(1, Telefoonnummer="0107654321")))
    assert changed[0]["referral"] == answer[0]["referral"]
    assert partners.said("WZ-1") == (["APPLIED", "DUPLICATE", "APPLIED"], 1)


def test_who_has_not_agreed_is_known_to_nobody(partners):
    partners.put("refused.csv", export(row(31, Toestemming="Nee", Straatnaam="Nergensstraat")))
    assert [each for _, each in partners.hub.decoded("intake") if each["case"] == "WZ-31"] == []
    assert partners.hub.partner(UWV).get("/v1/receipts/WZ-31").status_code == 404
    refusal = partners.hub.decoded("rejected")[-1][1]
    assert refusal["code"] == "INVALID"
    assert "Toestemming is not Ja" in refusal["text"]
    original = partners.hub.unseal(refusal["key"], refusal["original"]).decode()
    assert original == row(31, Toestemming="Nee", Straatnaam="Nergensstraat")


def test_a_long_file_is_answered_once_row_by_row(partners):
    rows = [row(1000 + n, Arbeidsmarktregio=["AM22", "AM05"][n % 2]) for n in range(1500)]
    answer = partners.put("long.csv", export(*rows), 180)
    assert [each["row"] for each in answer] == [f"line {n + 2}" for n in range(1500)]
    assert {each["fate"] for each in answer} == {"taken"}
    assert len({each["referral"] for each in answer}) == 1500
    assert partners.said("WZ-2499") == (["APPLIED"], 1)


def test_a_file_in_another_encoding_is_put_aside_with_what_to_do(partners):
    answer = partners.put("old.csv", export(row(9, Plaats="Bünde")).encode("cp1252"))
    assert answer[0]["fate"] == "refused"
    assert "save it as" in answer[0]["reason"] and "line 2" in answer[0]["reason"]
    refused = partners.drop / "refused"
    wait_for("the file beside its answer", lambda: list(refused.glob("*-old.csv")), 30)


def test_the_template_can_be_posted(partners):
    city = partners.hub.partner(ROTTERDAM)
    template = (ROOT / "config/templates/referrals.csv").read_bytes()
    rows = template.splitlines(keepends=True)
    bad = rows[1].replace(b"LEERBAAN", b"LEERBAN").replace(b"2026-000123", b"2026-000124")
    body = b"".join([*rows, bad])
    answer = city.post(f"/v1/in/{ROTTERDAM}/template", body, Content_Type="text/csv")
    assert answer.status_code == 200, answer.text
    found = table(answer.text)
    assert [each["fate"] for each in found] == ["taken", "refused"]
    assert found[1]["reason"].startswith("body.Referral.question is not in the code list")
    mine = wait_for(
        "the receipt", lambda: city.get("/v1/receipts/2026-000123").json().get("messages"), 30
    )
    assert len(mine) == 1
