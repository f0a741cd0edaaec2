"""A row means the same however it comes, and what was seen is what is not asked for again."""

import json
from pathlib import Path

import pytest

DATA = Path("tests/data")
CASES = sorted(path.parent for path in DATA.glob("cambo/*/case.json"))


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def drafts(case):
    [parcel] = read(DATA / case / "expected.json")["parcels"]
    return [(one["label"], one["draft"]) for one in parcel["drafts"]]


@pytest.mark.parametrize("other", ["cambo/polled", "cambo/dropped"])
def test_the_same_however_it_comes(other):
    assert drafts("overstap/items") == drafts(other)


def numbers(body):
    rows = body if isinstance(body, list) else body.get("items") or []
    told = [row.get("wijzigingsvolgnummer") for row in rows if isinstance(row, dict)]
    texts = [str(number) for number in told if not isinstance(number, float)]
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 100]


def polled():
    for case in CASES:
        said = read(case / "case.json")
        if said.get("way") == "POLLED" and said["document"].get("status", 200) in (200, 206):
            yield pytest.param(case, said.get("cursor", ""), id=case.name)


@pytest.mark.parametrize(("case", "before"), polled())
def test_the_cursor_is_the_highest_number_that_was_seen(case, before):
    parcels = read(case / "expected.json")["parcels"]
    if "refused" in parcels[-1]:
        assert "cursor" not in parcels[-1] and "poll_now" not in parcels[-1]
        return
    known = int(before.split()[0]) if before[:1].isdigit() else 0
    body = json.loads((case / "input.json").read_text(encoding="utf-8-sig"))
    if "included" in before and body == {"items": []}:
        assert parcels[-1]["cursor"] in ("again", "beginning")
        return
    seen = numbers(body)
    highest = max([known, *seen])
    after = parcels[-1].get("cursor", before).split() or ["0"]
    assert int(after[0] if after[0].isdigit() else 0) == highest
    assert parcels[-1].get("poll_now", False) == (highest > known)
    assert not [parcel for parcel in parcels[:-1] if "cursor" in parcel or "poll_now" in parcel]


def test_nothing_personal_beside_the_drafts():
    for path in DATA.glob("cambo/*/expected.json"):
        for parcel in read(path).get("parcels", []):
            for draft in (one for one in parcel.get("drafts", []) if isinstance(one, dict)):
                del draft["draft" if "draft" in draft else "original"]
            for canary in ("9999900", "Noor", "Voorbeeld van der", "noor@example.nl"):
                assert canary not in json.dumps(parcel), path
