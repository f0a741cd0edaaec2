"""test_model_outages - time that was lost does not count, and who was not told is passed over."""

from datetime import datetime

import pytest
from core import outage
from model import calendar
from model.rules import wd
from rows import HOUR, Hub, rows

UWV, WSP, ENTRY = "uwv-rijnmond", "wsp-rijnmond", "leerwerkloket-rijnmond"


def at(day: int, hour: int, minute: int = 0) -> int:
    """Of June 2027, in which the 7th is a Monday without holidays near."""
    return calendar.from_local(datetime(2027, 6, day, hour, minute))


def down(hub: Hub, who: str, begin: int, end: int | None) -> None:
    assert hub.outages.put(*outage(who, begin, end, hub.now))


@pytest.fixture
def hub() -> Hub:
    """Offered to the WSP on Friday 4 June at ten: seen by Tuesday, decided by the Friday after."""
    found = Hub(now=at(4, 10) - 2)
    found.refer("a", UWV)
    found.act("a", "DELIVERED", WSP)
    assert found.now == at(4, 10)
    assert (found.due("a", "T1"), found.due("a", "T2")) == (at(8, 10), at(11, 10))
    return found


def test_a_weekend_without_the_hub_costs_six_hours_of_friday_and_eight_of_monday(hub: Hub) -> None:
    down(hub, "router/0", at(4, 18), at(7, 8))
    decision = hub.fire("T1", "a")
    assert rows(decision) == [] and hub.told == []
    assert hub.due("a", "T1") == at(9, 0)
    clock = hub.referral("a").clocks["T1"]
    assert (clock.armed, clock.counted, clock.level) == (at(4, 10), at(8, 10), 0)
    assert rows(hub.fire("T1", "a")) == ["22"]
    assert hub.referral("a").clocks["T1"].counted is None


@pytest.mark.parametrize(
    "who,lost", [("edge", 3), ("desk/wsp-rijnmond", 3), ("router/1", 0), ("desk/uwv-rijnmond", 0)]
)
def test_it_counts_for_whom_it_concerns(hub: Hub, who: str, lost: int) -> None:
    down(hub, who, at(7, 9), at(7, 12))
    hub.fire("T1", "a")
    assert hub.referral("a").clocks["T1"].level == (not lost)
    assert not lost or hub.due("a", "T1") == at(8, 10 + lost)


def test_what_overlaps_counts_once(hub: Hub) -> None:
    down(hub, "edge", at(7, 9), at(7, 12))
    down(hub, "router/0", at(7, 11), at(7, 13))
    down(hub, "desk/wsp-rijnmond", at(7, 10), at(7, 11))
    hub.fire("T1", "a")
    assert hub.due("a", "T1") == at(8, 14)


def test_while_it_goes_on_it_is_put_off_by_an_hour_at_least(hub: Hub) -> None:
    down(hub, "edge", at(8, 9, 59), None)
    hub.fire("T1", "a")
    assert hub.due("a", "T1") == at(8, 11)
    hub.fire("T1", "a")
    assert hub.due("a", "T1") == at(8, 12)
    down(hub, "edge", at(8, 9, 59), at(8, 11))  # as it is known later
    hub.fire("T1", "a")
    assert hub.referral("a").clocks["T1"].level == 1


def test_t0_is_late_because_the_desk_is_down() -> None:
    hub = Hub(now=at(4, 10) - 1)
    hub.refer("a", UWV)
    down(hub, "desk/wsp-rijnmond", at(1, 0), None)
    hub.fire("T0", "a")
    assert hub.told == [("ops", "ESCALATION", "a")]


def test_a_named_day_stays(hub: Hub) -> None:
    hub.act("a", "ACCEPT", WSP)
    day = calendar.day_of(hub.now) + 3
    hub.act("a", "HOLD", WSP, hold_reason="ILLNESS", next_date=day)
    down(hub, "edge", at(1, 0), None)
    hub.fire("T10", "a")
    assert hub.told == [(WSP, "ESCALATION", "a")]


def test_the_ten_days_have_all_that_was_lost_and_reminders_only_working_time(hub: Hub) -> None:
    hub.act("a", "ACCEPT", WSP)
    hub.fire("T6", None)
    climbs = calendar.same_time_later(hub.client.clocks["T6"].armed, 10)  # type: ignore[union-attr]
    first = hub.due(None, "T6")
    saturday = calendar.start_of(calendar.day_of(first) + (5 - calendar.local(first).weekday()) % 7)
    down(hub, "edge", saturday, saturday + 30 * HOUR)
    for _ in range(20):
        if hub.due(None, "T6") == climbs:
            break
        hub.fire("T6", None)
        assert hub.told and hub.told[0][:2] == (WSP, "REMINDER")
    hub.fire("T6", None)
    assert hub.told == [] and hub.due(None, "T6") == climbs + 30 * HOUR
    hub.fire("T6", None)
    assert hub.told == [(WSP, "ESCALATION", "a"), (UWV, "ESCALATION", "a")]


def not_told(hub: Hub, clock: str, level: int) -> list[str]:
    raw = {"scheme": "notice", "code": clock, "number": level, "text": None}
    return rows(hub.act("a", "NOT_TOLD", "hub", raw=raw))


def test_a_notice_that_reached_nobody_climbs_at_once(hub: Hub) -> None:
    hub.fire("T2", "a")
    assert not_told(hub, "T2", 1) == ["22"]
    assert hub.told == [(WSP, "ESCALATION", "a"), (UWV, "ESCALATION", "a")]
    clock = hub.referral("a").clocks["T2"]
    assert (clock.armed, clock.level, clock.due) == (hub.now, 2, wd(3).after(hub.now))
    assert not_told(hub, "T2", 1) == [] and hub.told == []
    assert not_told(hub, "T2", 2) == ["22"] and not_told(hub, "T2", 3) == ["22", "22"]
    assert not_told(hub, "T2", 4) == []


@pytest.mark.parametrize("clock,level", [("T1", 1), ("T0", 0), ("T5", 1), ("T2", 1), ("T2", 0)])
def test_else_it_changes_nothing(hub: Hub, clock: str, level: int) -> None:
    """At its last level, not running, or not climbed."""
    hub.fire("T1", "a")
    before = hub.referral("a").clocks
    assert not_told(hub, clock, level) == [] and hub.told == []
    assert hub.referral("a").clocks == before


def test_who_could_not_be_reminded_is_not_reminded_again(hub: Hub) -> None:
    hub.act("a", "ACCEPT", WSP)
    hub.fire("T6", None)
    assert not_told(hub, "T6", 1) == []
    assert hub.told == [(WSP, "ESCALATION", "a"), (UWV, "ESCALATION", "a")]
    assert hub.due(None, "T6") == wd(5).after(hub.now)


def test_only_the_hub_says_so(hub: Hub) -> None:
    raw = {"scheme": "notice", "code": "T1", "number": 1, "text": None}
    hub.fire("T1", "a")
    assert hub.act("a", "NOT_TOLD", WSP, raw=raw).code == "ILLEGAL"
