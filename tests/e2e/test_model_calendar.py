"""test_model_calendar - working days and local times against dates known from elsewhere."""

from datetime import UTC, date, datetime

import pytest
from model import calendar


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    "year,day",
    [
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter(year: int, day: date) -> None:
    assert calendar.easter(year) == day


@pytest.mark.parametrize(
    "day,works",
    [
        ("2026-01-01", False),
        ("2026-04-03", False),  # Good Friday
        ("2026-04-06", False),  # Easter Monday
        ("2026-04-27", False),  # King's Day
        ("2025-04-26", False),  # King's Day 2025: the 27th is a Sunday
        ("2025-04-28", True),
        ("2026-05-05", False),  # every year, not only each fifth
        ("2026-05-14", False),  # Ascension Day
        ("2026-05-25", False),  # Whit Monday
        ("2026-12-24", True),
        ("2026-12-25", False),
        ("2026-11-28", False),  # Saturday
    ],
)
def test_working_day(day: str, works: bool) -> None:
    assert calendar.is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    "start,count,end",
    [
        ("2026-11-20T10:00:00", 1, "2026-11-23T10:00:00"),  # over a weekend
        ("2026-11-21T10:00:00", 1, "2026-11-23T23:00:00"),  # from Saturday: as from Monday 00:00
        ("2026-11-21T10:00:00", 0, "2026-11-22T23:00:00"),
        ("2026-04-02T08:00:00", 1, "2026-04-07T08:00:00"),  # over Easter
        ("2026-10-23T08:00:00", 1, "2026-10-26T09:00:00"),  # summer time ends
        ("2026-03-27T08:00:00", 1, "2026-03-30T07:00:00"),  # and begins
    ],
)
def test_add_working_days(start: str, count: int, end: str) -> None:
    assert calendar.add_working_days(ms(start), count) == ms(end)


def test_days_begin_in_amsterdam() -> None:
    at = ms("2026-07-01T22:30:00")
    assert calendar.day_of(at) == (date(2026, 7, 2) - calendar.EPOCH).days
    assert calendar.start_of(calendar.day_of(at)) == ms("2026-07-01T22:00:00")


def test_same_time_later_keeps_the_milliseconds() -> None:
    assert (
        calendar.same_time_later(ms("2026-10-24T08:00:00") + 7, 1) == ms("2026-10-25T09:00:00") + 7
    )


@pytest.mark.parametrize(
    "start,hours,end",
    [
        ("2026-11-20T10:00:00", 13, "2026-11-20T23:00:00"),  # to the end of Friday
        ("2026-11-20T10:00:00", 14, "2026-11-23T00:00:00"),  # an hour into Monday
        ("2026-11-21T10:00:00", 24, "2026-11-23T23:00:00"),  # from Saturday: as from Monday 00:00
        ("2026-04-02T08:00:00", 24, "2026-04-07T08:00:00"),  # over Easter
        ("2026-10-23T08:00:00", 24, "2026-10-26T09:00:00"),  # summer time ends
    ],
)
def test_working_time(start: str, hours: int, end: str) -> None:
    working = hours * 3_600_000
    assert calendar.add_working_ms(ms(start), working) == ms(end)
    assert calendar.working_ms(ms(start), ms(end)) == working
    assert calendar.working_ms(ms(end), ms(start)) == 0


@pytest.mark.parametrize(
    "start,months,end",
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 1, 15), 12, date(2027, 1, 15)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
    ],
)
def test_months_later(start: date, months: int, end: date) -> None:
    found = calendar.months_later((start - calendar.EPOCH).days, months)
    assert found == (end - calendar.EPOCH).days
