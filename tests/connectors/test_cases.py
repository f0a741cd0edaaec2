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
# With it set, what comes out is written down as expected: read the difference before you commit it.
ACCEPT = "LOKETHUB_ACCEPT" in os.environ
if ACCEPT:
    CASES = sorted({path.parent for path in DATA.glob("*/*/*") if path.is_file()})


def pretty(value):
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_case(case):
    command = [TOOL, case.parent.name, str(case)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    got = pretty(json.loads(done.stdout))
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
