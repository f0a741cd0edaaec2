"""test_model_rules - which desk a referral goes to."""

from typing import Any

import pytest
from model import rules, world
from model.calls import DEFAULTS

DAY = world.days(2026, 11, 23)
BASE = DEFAULTS | {"kind": "TRANSFER", "question": "LOOPBAANADVIES", "municipality": "GM0599"}


@pytest.mark.parametrize(
    "fields,desk,rule",
    [
        ({}, "leerwerkloket-rijnmond", "entry-desk"),
        ({"municipality": "GM0034"}, "gemeente-almere", "entry-desk"),
        ({"to_desk": "uwv-twente"}, "uwv-twente", "to_desk"),
        ({"to_desk": "jongerenloket"}, "gemeente-rotterdam", "successor"),
        ({"to_desk": "wsp-rijnmond"}, "leerwerkloket-rijnmond", "entry-desk"),  # does not take it
        ({"to_desk": "wsp-rijnmond", "question": "WERK"}, "wsp-rijnmond", "to_desk"),
        ({"to_desk": "wsp-oud", "question": "STAGE"}, "leerwerkloket-rijnmond", "entry-desk"),
        ({"to_desk": "wsp-oud", "question": "STAGE", "kind": "SERVICE"}, "roc-maas", "successor"),
        ({"question": "WERK"}, "wsp-rijnmond", "work"),
        ({"question": "WERK", "municipality": "GM0034"}, "wsp-twente", "work"),  # stands in
        ({"question": "SCHOLINGSVOUCHER"}, "leerwerkloket-rijnmond", "entry-desk"),  # cannot hold
        ({"question": "SCHOLINGSVOUCHER", "kind": "SERVICE"}, "fonds-scholing", "voucher"),
        ({"programme": "DWSRA_JIJ_BLIJFT_BIJ"}, "leerwerkloket-rijnmond", "programme"),
        ({"programme": "EGF_BANKEN"}, "leerwerkloket-rijnmond", "entry-desk"),
        ({"sector_to": "TECHNIEK", "question": "OMSCHOLING"}, "sectorloket-techniek", "technics"),
        ({"sector_from": "TECHNIEK", "question": "OMSCHOLING"}, "sectorloket-techniek", "technics"),
        (
            {"target_groups": ["JONGERE"], "age_band": "18-24"},
            "leerwerkloket-rijnmond",
            "entry-desk",
        ),
        ({"education": {"level": 2, "pathway": "BBL"}}, "leerwerkloket-rijnmond", "bbl"),
        ({"education": {"level": 3, "pathway": "BBL"}}, "leerwerkloket-rijnmond", "entry-desk"),
        ({"municipality": "GM0502"}, "gemeente-rotterdam", "capelle"),
        ({"municipality": "GM0153", "region": "AM22"}, "leerwerkloket-rijnmond", "entry-desk"),
    ],
)
def test_find_desk(fields: dict[str, Any], desk: str, rule: str) -> None:
    body = BASE | fields
    region = rules.region_of(world.WORLD, body, None, DAY)
    assert region
    assert rules.find_desk(world.WORLD, body, world.UWV, region, DAY) == rules.Choice(desk, rule)


def test_partner_is_a_condition() -> None:
    assert rules.find_desk(world.WORLD, BASE, world.FUND, "AM22", DAY).rule == "fund-asks"


@pytest.mark.parametrize(
    "fields,known,region",
    [
        ({"region": "AM05"}, "AM11", "AM05"),
        ({}, "AM11", "AM22"),
        ({"municipality": None}, "AM11", "AM11"),
        ({"municipality": None, "from_desk": "uwv-twente"}, None, "AM05"),
        ({"municipality": None}, None, None),
        ({"municipality": "GM9999"}, None, None),
    ],
)
def test_region_of(fields: dict[str, Any], known: str | None, region: str | None) -> None:
    assert rules.region_of(world.WORLD, BASE | fields, known, DAY) == region


def test_municipalities_merge_and_move() -> None:
    config = rules.Config(
        partners={},
        desks={},
        regions={"AM01": rules.Region("AM01", "a"), "AM02": rules.Region("AM02", "b")},
        municipalities=(
            rules.Municipality("GM0001", "AM01", end=100, successor="GM0002"),
            rules.Municipality("GM0002", "AM01", begin=100, end=200),
            rules.Municipality("GM0002", "AM02", begin=200),
        ),
    )
    assert rules.region_of_municipality(config, "GM0001", 99) == "AM01"
    assert rules.region_of_municipality(config, "GM0001", 150) == "AM01"
    assert rules.region_of_municipality(config, "GM0001", 200) == "AM02"
    assert rules.region_of_municipality(config, "GM0002", 99) is None


def test_a_programme_ends_on_its_day() -> None:
    config = rules.Config(
        partners={},
        desks={},
        regions={},
        programmes={"A": rules.Programme("A", 100, "B"), "B": rules.Programme("B", 200)},
    )
    found = [rules.programme_now(config, "A", day) for day in (99, 100, 199, 200)]
    assert found == ["A", "B", "B", None]
