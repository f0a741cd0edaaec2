"""Of a contact nobody is kept, and a round of polls asks for each employer once."""

import json
from pathlib import Path

import pytest

DATA = Path("tests/data/contactmoment")
PEOPLE = ("Manager", "manager", "Gesprek", "gesprek", "010555", "Voorbeeldkade", "999990019")


def read(case, name="expected.json"):
    return json.loads((DATA / case / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "file", sorted(DATA.glob("*/expected.json")), ids=lambda at: at.parent.name
)
def test_nobody_is_kept(file):
    text = file.read_text(encoding="utf-8")
    assert not [name for name in PEOPLE if name in text]
    for parcel in json.loads(text).get("parcels", []):
        for item in (one for one in parcel.get("drafts", []) if isinstance(one, dict)):
            assert not item["original"].startswith("input."), "a row has people in it"


def test_there_was_somebody_to_keep():
    texts = [file.read_text(encoding="utf-8-sig") for file in DATA.glob("*/input.json")]
    assert all(any(name in text for text in texts) for name in PEOPLE)


ROUND = ("polled-first-of-three", "polled-second-of-three", "polled-last-of-three")


def test_a_round_ends():
    cursor = ""
    for case in ROUND:
        assert read(case, "case.json").get("cursor", "") == cursor
        [parcel] = read(case)["parcels"]
        cursor = parcel["cursor"]
        assert parcel.get("poll_now", False) == (case != ROUND[-1])
    assert read("poll-of-the-next-round", "case.json")["poll"]["cursor"] == cursor
