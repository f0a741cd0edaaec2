"""test_libreoffice - a spreadsheet program fills in our template, and opens what we bring."""

import datetime
import json
import subprocess

import openpyxl
import pytest
from api import ApiHub, a_hub, person_of, referral
from harness import ROOT, wait_for
from model.world import ROTTERDAM
from test_sheets import table

pytestmark = [pytest.mark.peers, pytest.mark.libreoffice]

TEMPLATE = ROOT / "config/templates/referrals.csv"
DUTCH = 1043
UTF8, WINDOWS_1252 = 76, 1
TEXT = 'Eerste regel; met een puntkomma, een komma en "aanhalingstekens".\nTweede regel: café.'
USUAL = {
    "kind": "TRANSFER",
    "from_desk": "gemeente-rotterdam",
    "question": "LEERBAAN",
    "municipality": "GM0599",
    "legal_basis.kind": "PUBLIC_TASK",
}
# What is typed into a row: a value, or one with the format of its cell; and the person of it, or
# why there is none.
ROWS = [
    (
        {
            "bsn": ("000000012", "@"),
            "family_name": "Çelik-Müller",
            "given_names": "Zoë",
            "city": "'s-Gravenhage",
            "birth_date": (datetime.date(2001, 5, 30), "D-M-YYYY"),
            "phone": ("0101234567", "@"),
            "text": TEXT,
            "target_groups": "JONGERE\nKORT_WERKLOOS",
            "not_before": (datetime.date(2026, 4, 1), "DD-MM-YYYY"),
            "question": '="LEER"&"BAAN"',
        },
        {
            "bsn": "000000012",
            "family_name": "Çelik-Müller",
            "given_names": "Zoë",
            "city": "'s-Gravenhage",
            "birth_date": "2001-05-30",
            "phone": "0101234567",
            "text": TEXT,
        },
    ),
    (
        {
            "bsn": (24, "000000000"),
            "family_name": "Voorbeeld",
            "birth_date": 2001,
            "house_number": 12,
            "phone": 101234567,
            "worker_phone": 612345678,
            "kvk": (1234567, "00000000"),
        },
        {
            "bsn": "000000024",
            "family_name": "Voorbeeld",
            "birth_date": "2001",
            "house_number": "12",
            "phone": "0101234567",
            "worker_phone": "0612345678",
            "kvk": "01234567",
        },
    ),
    ({"bsn": 36, "family_name": "Voorbeeld"}, "bsn"),
    ({"kvk": 1234567, "family_name": "Voorbeeld"}, "kvk"),
    (
        {"family_name": "Voorbeeld", "birth_date": (datetime.date(2001, 5, 30), "DD-MM-YY")},
        "birth_date",
    ),
]


class Office:
    """LibreOffice without windows, with a profile of its own."""

    def __init__(self, folder):
        self.folder = folder

    def convert(self, path, to, reads=None):
        """reads: how a CSV is opened."""
        command = ["soffice", f"-env:UserInstallation=file://{self.folder}/profile", "--headless"]
        command += [f"--infilter={reads}"] if reads else []
        done = subprocess.run(
            [*command, "--convert-to", to, "--outdir", self.folder, path],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        made = self.folder / f"{path.stem}.{to.partition(':')[0]}"
        assert made.exists(), done.stdout + done.stderr
        return made


def csv_filter(separator, charset, *more):
    """What LibreOffice's dialogue asks: of texts as they are shown, unless more says otherwise."""
    given = [ord(separator), 34, charset, 1, "", DUTCH, *more]
    return "Text - txt - csv (StarCalc):" + ",".join(map(str, given))


CHOICES = {
    "semicolons": csv_filter(";", UTF8, "false", "true"),
    "commas": csv_filter(",", UTF8, "false", "true"),
    "quotes": csv_filter(",", UTF8, "true", "true"),
}


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    return Office(tmp_path_factory.mktemp("office"))


def case_of(choice, number):
    return f"{choice}-{number}"


def fill_in(office, name, rows=ROWS):
    """The template as LibreOffice opens it, with rows of our own."""
    book = openpyxl.load_workbook(office.convert(TEMPLATE, "xlsx", csv_filter(";", UTF8)))
    sheet = book.active
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.delete_rows(2)
    for number, (values, _) in enumerate(rows, 2):
        for column, value in {"case": case_of(name, number), **USUAL, **values}.items():
            cell = sheet.cell(number, columns[column])
            typed = value if isinstance(value, tuple) else (value, "General")
            cell.value, cell.number_format = typed
    path = office.folder / f"{name}.xlsx"
    book.save(path)
    return path


@pytest.fixture(scope="module")
def saved(office):
    """The same workbook as each of the choices saves it."""
    return {
        choice: office.convert(fill_in(office, choice), f"csv:{how}").read_bytes()
        for choice, how in CHOICES.items()
    }


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory):
    folder = tmp_path_factory.mktemp("libreoffice")
    out = folder / "out"
    out.mkdir()
    seen = ["bsn", "family_name", "given_names", "phone", "text", "city"]
    lists = {
        "sources": [{"name": "template", "partner": ROTTERDAM, "connector": "csv"}],
        "deliveries": [
            {"desk": "wsp-rijnmond", "way": "file", "connector": "csv", "folder": str(out)}
        ],
    }
    fields = {"fields": seen, "fields_accepted": seen}
    with a_hub(services, folder, ApiHub, lists=lists, fields=fields) as made:
        yield made


def parsed(hub, text):
    path = hub.folder / "saved.csv"
    path.write_bytes(text)
    return json.loads(hub.command("parse", "csv", str(path), "--json"))


@pytest.mark.parametrize("choice", CHOICES)
def test_each_way_to_save_is_parsed(hub, saved, choice):
    drafts = parsed(hub, saved[choice])["drafts"]
    assert [each["case"] for each in drafts] == [case_of(choice, n) for n in range(2, 7)]
    for each, (_, meant) in zip(drafts, ROWS, strict=True):
        if isinstance(meant, str):
            assert (each["fate"], each["field"]) == ("refused", f"person.{meant}")
        else:
            assert each["draft"]["person"] == meant
    referral = drafts[0]["draft"]["body"]["Referral"]
    assert referral["question"] == "LEERBAAN"
    assert referral["target_groups"] == ["JONGERE", "KORT_WERKLOOS"]
    assert referral["not_before"] == "2026-04-01"


@pytest.mark.parametrize("choice", CHOICES)
def test_each_way_to_save_is_taken(hub, saved, choice):
    city = hub.partner(ROTTERDAM)
    answer = city.post(f"/v1/in/{ROTTERDAM}/template", saved[choice], Content_Type="text/csv")
    assert answer.status_code == 200, answer.text
    rows = table(answer.text)
    assert [row["fate"] for row in rows] == ["taken", "taken", "refused", "refused", "refused"]
    people = {
        each["case"]: person_of(hub.unseal(each["sealed"]["key"], each["sealed"]["box"]))
        for _, each in hub.decoded("intake")
        if each["sealed"]
    }
    for number, (_, meant) in enumerate(ROWS, 2):
        came = people.get(case_of(choice, number))
        if isinstance(meant, str):
            assert came is None
        else:
            assert {name: value for name, value in came.items() if value} == meant


def test_what_is_saved_for_windows_is_refused_with_what_to_do(hub, office):
    """As a Dutch Excel does by itself; nothing is lost where nothing is beyond ASCII."""
    how = "csv:" + csv_filter(";", WINDOWS_1252, "false", "true")
    whole = office.convert(fill_in(office, "windows"), how).read_bytes()
    assert "Çelik-Müller".encode("cp1252") in whole
    path = hub.folder / "windows.csv"
    path.write_bytes(whole)
    assert 'save it as "CSV UTF-8"' in hub.command("parse", "csv", str(path))
    answer = hub.partner(ROTTERDAM).post(
        f"/v1/in/{ROTTERDAM}/template", whole, Content_Type="text/csv"
    )
    [row] = table(answer.text)
    assert row["fate"] == "refused" and "line 2" in row["reason"]
    plain = office.convert(fill_in(office, "plain", ROWS[1:]), how).read_bytes()
    assert parsed(hub, plain)["drafts"][0]["draft"]["person"] == ROWS[1][1]


OPENED = {
    "bsn": "000000048",
    "family_name": "=1+1",
    "given_names": "Zoë",
    "city": "+HYPERLINK(A1)",
    "phone": "0101234567",
    "text": '@SUM(A1); "en"\nmeer',
}


def cells_of(path):
    """The names in the first row, and what stands below."""
    names, values = openpyxl.load_workbook(path).active.iter_rows()
    return {name.value: cell for name, cell in zip(names, values, strict=True) if name.value}


def text_of(cell):
    return "" if cell.value is None else str(cell.value)


def test_what_we_bring_is_no_formula_and_opens_unchanged(hub, office):
    """With its columns as texts; opened as anything, numbers lose their zeros, and nothing else."""
    made = referral("brought", to_desk="wsp-rijnmond", question="LEERBAAN") | {"person": OPENED}
    assert hub.partner(ROTTERDAM).refer(made).status_code == 202

    def find():
        for path in (hub.folder / "out").glob("*.csv"):
            [row] = table(path.read_bytes().decode("utf-8-sig"))
            if row["handover.case"] == "brought":
                return path, row
        return None

    path, row = wait_for("the file", find, 60)
    assert row["city"] == "'+HYPERLINK(A1)" and row["phone"] == "0101234567"
    as_text = "/".join(f"{n}/2" for n in range(1, len(row) + 1))
    shown = office.convert(
        path, "xlsx", f"Text - txt - csv (StarCalc):59,34,{UTF8},1,{as_text},{DUTCH}"
    )
    assert {name: text_of(cell) for name, cell in cells_of(shown).items()} == row
    cells = cells_of(office.convert(path, "xlsx", csv_filter(";", UTF8)))
    assert "f" not in [cell.data_type for cell in cells.values()]
    changed = {name for name, cell in cells.items() if text_of(cell) != row[name]}
    assert changed == {"bsn", "phone"}
    assert [cells[name].value for name in ("bsn", "phone")] == [48, 101234567]
