"""Every folder of tests/data/CONNECTOR is a case: its files go in, expected.json comes out."""

import difflib
import json
import os
import subprocess
from pathlib import Path

import pytest

TOOL = os.environ["LOKETHUB_CONNECTOR_TOOL"]
DATA = Path("tests/data")
CASES = sorted(path.parent for path in DATA.glob("*/*/expected.json"))
LONG = 100
# With it set, what comes out is written down as expected: read the difference before you commit it.
ACCEPT = "LOKETHUB_ACCEPT" in os.environ
if ACCEPT:
    CASES = sorted({path.parent for path in DATA.glob("*/*/*") if path.is_file()})


def pretty(value):
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def without_the_middle(got):
    """Of more than LONG drafts the first and the last, and how many; of their answer the like."""
    for parcel in got.get("parcels", []):
        drafts = parcel.get("drafts", [])
        if len(drafts) <= LONG:
            continue
        parcel["drafts"] = [drafts[0], f"{len(drafts) - 2} more", drafts[-1]]
        if answer := parcel.get("acknowledgement"):
            lines = answer["body"].splitlines(keepends=True)
            answer["body"] = lines[:2] + [f"{len(lines) - 3} more", lines[-1]]
    return got


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_case(case):
    command = [TOOL, case.parent.name, str(case)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    got = pretty(without_the_middle(json.loads(done.stdout)))
    file = case / "expected.json"
    if ACCEPT:
        file.write_text(got, encoding="utf-8")
    expected = pretty(json.loads(file.read_text(encoding="utf-8")))
    lines = (expected.splitlines(), got.splitlines())
    difference = "\n".join(difflib.unified_diff(*lines, str(file), "got", lineterm=""))
    assert got == expected, "\n" + difference


def test_every_case_is_complete():
    folders = {path.parent for path in DATA.glob("*/*/*") if path.is_file()}
    assert sorted(folders) == CASES, "each case has an expected.json"


def columns_of(schema, skipped):
    types = {row["name"]: row for row in read("types.avsc")}
    for field in read(schema)["fields"]:
        named = [kind for kind in field["type"] if kind != "null"]
        kind = field["type"] if isinstance(field["type"], str) else named[0]
        if field.get("by") == "hub" or field["name"] in skipped:
            continue
        inner = types.get(kind, {}) if isinstance(kind, str) else {}
        for below in inner.get("fields", []):
            if below.get("by") != "hub":
                yield f"{field['name']}.{below['name']}"
        if "fields" not in inner:
            yield field["name"]


def read(schema):
    return json.loads(Path("schemas", schema).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("template", "schemas"),
    [
        ("referrals.csv", ["draft.avsc", "person.avsc", "referral.avsc"]),
        ("actions.csv", ["draft.avsc", "status_change.avsc"]),
    ],
)
def test_templates_have_every_column(template, schemas):
    file = Path("config/templates", template)
    header = file.read_text(encoding="utf-8").splitlines()[0].split(";")
    skipped = {"system", "person", "body"}
    wanted = [name for schema in schemas for name in columns_of(schema, skipped)]
    assert header == wanted + (["text"] if template == "actions.csv" else [])
