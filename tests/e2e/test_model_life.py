"""test_model_life - the rows of a referral's life after the offer, one by one."""

from typing import Any

import pytest
from model import calendar, world
from model.rules import wd
from rows import Hub, rows

UWV, WSP, ENTRY = "uwv-rijnmond", "wsp-rijnmond", "leerwerkloket-rijnmond"
COORDINATOR, ALMERE = "gemeente-rotterdam", "gemeente-almere"
TWO = {"second_worker": "team-2"}
DAY = 86_400_000


@pytest.fixture
def hub() -> Hub:
    """UWV has the client and offers it to the WSP."""
    found = Hub()
    found.refer("a", UWV)
    return found


@pytest.fixture
def accepted(hub: Hub) -> Hub:
    hub.act("a", "ACCEPT", WSP)
    return hub


def owner(hub: Hub) -> tuple[str | None, str | None]:
    assert hub.client
    return hub.client.owner, hub.client.owner_via


def in_days(hub: Hub, count: int) -> int:
    return calendar.day_of(hub.now) + count


def test_7_8_a_question_halts_the_decision(hub: Hub) -> None:
    hub.act("a", "DELIVERED", WSP)
    hub.now += DAY
    decision = hub.act("a", "ASK", WSP)
    assert rows(decision) == ["7"] and hub.told == [(UWV, "QUESTION", "a")]
    assert hub.clocks("a") == {"T3"} and hub.referral("a").delivery == "SEEN"
    left = hub.referral("a").left
    assert left and left < 5 * DAY
    hub.now += 20 * DAY
    assert rows(hub.act("a", "ANSWER", UWV)) == ["8"] and hub.told == [(WSP, "ANSWER", "a")]
    assert hub.state("a") == "OFFERED" and hub.clocks("a") == {"T2"}
    assert hub.due("a", "T2") == calendar.add_working_ms(hub.now, left)
    assert hub.referral("a").left is None


def test_8_leaves_at_least_two_working_days(hub: Hub) -> None:
    hub.act("a", "DELIVERED", WSP)
    hub.now += 30 * DAY
    hub.act("a", "ASK", WSP)
    assert hub.referral("a").left == 0
    hub.act("a", "ANSWER", UWV)
    assert hub.due("a", "T2") == wd(2).after(hub.now)


def test_7_goes_with_delivery_and_is_not_asked_twice(hub: Hub) -> None:
    assert rows(hub.act("a", "ASK", WSP)) == ["2", "7"]
    assert hub.act("a", "ASK", WSP).code == "ILLEGAL"
    assert hub.act("a", "ANSWER", WSP).code == "ILLEGAL"
    assert rows(hub.act("a", "ACCEPT", WSP)) == ["5"]


def test_10_progress_and_the_no_show(accepted: Hub) -> None:
    assert rows(accepted.act("a", "PROGRESS", WSP, progress="NO_SHOW")) == ["10"]
    assert accepted.clocks("a") == {"T7"} and accepted.told == [(UWV, "STATUS", "a")]
    accepted.act("a", "PROGRESS", WSP, progress="SCHEDULED")
    assert accepted.clocks("a") == set() and accepted.referral("a").progress == "SCHEDULED"
    assert accepted.due(None, "T6") == calendar.same_time_later(accepted.now, 30)


def test_10_of_a_service_starts_its_own_sign_of_life(hub: Hub) -> None:
    hub.refer("s", UWV, kind="SERVICE", to_desk=ENTRY)
    hub.act("s", "ACCEPT", ENTRY)
    hub.now += 3 * DAY
    before = hub.due(None, "T6")
    hub.act("s", "PROGRESS", ENTRY)
    assert hub.clocks("s") == {"T6"} and hub.due(None, "T6") == before
    assert hub.due("s", "T6") == calendar.same_time_later(hub.now, 30)


def test_11_a_hold_has_its_day(accepted: Hub) -> None:
    day = in_days(accepted, 90)
    wanted = {"hold_reason": "ILLNESS", "next_date": day}
    assert rows(accepted.act("a", "HOLD", WSP, **wanted)) == ["11"]
    assert accepted.clocks("a") == {"T10"} and accepted.due("a", "T10") == calendar.start_of(day)
    assert accepted.due(None, "T6") == calendar.start_of(day)
    assert rows(accepted.act("a", "RESUME", WSP)) == ["11"]
    assert accepted.state("a") == "ACCEPTED" and accepted.clocks("a") == {"T5"}
    assert accepted.due(None, "T6") == calendar.same_time_later(accepted.now, 30)
    accepted.act("a", "PROGRESS", WSP, progress="NO_SHOW")
    accepted.act("a", "HOLD", WSP, **wanted)
    accepted.act("a", "RESUME", WSP)
    assert accepted.state("a") == "IN_PROGRESS" and accepted.clocks("a") == {"T7"}


@pytest.mark.parametrize(
    ("verb", "desk"), [("RESUME", WSP), ("COMPLETE", WSP), ("RETURN", WSP), ("CANCEL", UWV)]
)
def test_11_a_hold_that_ends_leaves_nobody_asleep(accepted: Hub, verb: str, desk: str) -> None:
    day = in_days(accepted, 90)
    accepted.act("a", "HOLD", WSP, hold_reason="ILLNESS", next_date=day)
    accepted.now += DAY
    accepted.act("a", verb, desk)
    assert accepted.due(None, "T6") == calendar.same_time_later(accepted.now, 30)


def test_11_a_date_that_was_given_stays(accepted: Hub) -> None:
    accepted.act("a", "HOLD", WSP, hold_reason="ILLNESS", next_date=in_days(accepted, 60))
    later = in_days(accepted, 80)
    accepted.act("a", "SIGN_OF_LIFE", WSP, next_date=later)
    accepted.act("a", "RESUME", WSP)
    assert accepted.due(None, "T6") == calendar.start_of(later)


@pytest.mark.parametrize("ahead", [0, 91, None])
def test_11_not_today_and_not_for_ever(accepted: Hub, ahead: int | None) -> None:
    day = None if ahead is None else in_days(accepted, ahead)
    decision = accepted.act("a", "HOLD", WSP, hold_reason="ILLNESS", next_date=day)
    assert (decision.code, decision.field) == ("INVALID", "next_date")


def test_13_14_what_was_not_accepted_moves_nothing(hub: Hub) -> None:
    hub.act("a", "DELIVERED", WSP)
    assert rows(hub.act("a", "CANCEL", UWV)) == ["13"] and hub.told == [(WSP, "STATUS", "a")]
    assert hub.clocks("a") == {"T8"} and hub.referral("a").cancel_by == "SENDER"
    decision = hub.act("a", "CONFIRM_CANCEL", WSP)
    assert rows(decision) == ["14"] and decision.owner is None
    assert hub.clocks("a") == {"T4"} and hub.told == [(UWV, "DUTY", "a")]


def test_14_the_sender_gets_the_client_back(accepted: Hub) -> None:
    accepted.refer("b", WSP, to_desk=ALMERE)
    accepted.act("a", "CANCEL", UWV)
    decision = accepted.act("a", "CONFIRM_CANCEL", WSP)
    assert rows(decision) == ["9", "14"] and decision.owner == (WSP, UWV, "a")
    assert accepted.clocks("a") == {"T4"} and (UWV, "DUTY", "a") in accepted.told


@pytest.mark.parametrize("said", [{"reason": "CLIENT_DECLINED"}, {"role": "CLIENT"}])
def test_14_the_clients_own_wish_leaves_it_where_it_is(accepted: Hub, said: dict[str, Any]) -> None:
    accepted.act("a", "CANCEL", UWV, **said)
    assert accepted.referral("a").cancel_by == "CLIENT"
    assert accepted.act("a", "CONFIRM_CANCEL", WSP).owner is None
    assert accepted.referral("a").clocks["T4"].role == "OWNER"
    assert accepted.told == [(UWV, "STATUS", "a")]


def test_15_an_outcome_beats_a_cancel_of_what_was_accepted(accepted: Hub) -> None:
    accepted.act("a", "CANCEL", UWV)
    assert rows(accepted.act("a", "COMPLETE", WSP)) == ["15"]
    assert accepted.referral("a").outcome == "ADVICE_GIVEN"
    assert accepted.clocks("a") == {"T9"} and owner(accepted) == (WSP, "a")


def test_15_g5_nothing_came_of_what_nobody_accepted(hub: Hub) -> None:
    hub.act("a", "DELIVERED", WSP)
    hub.act("a", "CANCEL", UWV)
    assert hub.act("a", "COMPLETE", WSP).code == "ILLEGAL"


def test_16_17_returned_until_it_is_taken_back(accepted: Hub) -> None:
    assert rows(accepted.act("a", "RETURN", WSP)) == ["16"]
    assert accepted.clocks("a") == {"T2"} and accepted.told == [(UWV, "DUTY", "a")]
    assert owner(accepted) == (WSP, "a")
    assert accepted.client and accepted.client.next_action
    assert accepted.client.next_action[:2] == ("TAKE_BACK", UWV)
    decision = accepted.act("a", "TAKE_BACK", UWV)
    assert rows(decision) == ["17"] and decision.owner == (WSP, UWV, "a")
    assert accepted.clocks("a") == {"T4"} and accepted.told == [(WSP, "STATUS", "a")]


def test_16_l4_tells_the_entry_desk_and_offers_it_nothing(accepted: Hub) -> None:
    accepted.act("a", "RETURN", WSP)
    for _ in range(4):
        accepted.fire("T2", "a")
    assert accepted.told == [(ENTRY, "ESCALATION", "a")]


def test_17_a_service_goes_back_without_the_client(hub: Hub) -> None:
    hub.refer("s", UWV, kind="SERVICE", to_desk=ENTRY)
    hub.act("s", "ACCEPT", ENTRY)
    hub.act("s", "RETURN", ENTRY)
    decision = hub.act("s", "TAKE_BACK", UWV)
    assert rows(decision) == ["17"] and decision.owner is None and hub.clocks("s") == set()


def test_g4_only_the_referral_that_gave_takes_back(accepted: Hub) -> None:
    """A→B, the coordinator gives back to A, A→B again, then an error in the first."""
    accepted.act("a", "ASSIGN", COORDINATOR, role="COORDINATOR", to_desk=UWV)
    accepted.refer("b", UWV)
    accepted.act("b", "ACCEPT", WSP)
    decision = accepted.act("a", "ENTERED_IN_ERROR", UWV, **TWO)
    assert rows(decision) == ["21"] and decision.owner is None
    assert owner(accepted) == (WSP, "b")
    assert accepted.act("b", "ENTERED_IN_ERROR", UWV, **TWO).owner == (WSP, UWV, "b")


def test_g4_requests_stay_where_nothing_moves() -> None:
    """Taking back what was one's own is no change of owner."""
    hub = Hub()
    hub.refer("a", None, world.SCHOOL, question="LOOPBAANADVIES")
    hub.refer("b", UWV, to_desk=ENTRY)
    hub.act("a", "RETURN", ENTRY)
    decision = hub.act("a", "TAKE_BACK", ENTRY)
    assert rows(decision) == ["17"] and decision.owner is None and hub.clocks("a") == {"T4"}
    assert hub.state("b") == "SUBMITTED" and hub.referral("b").target == ENTRY


def test_19_the_sender_or_the_coordinator_acknowledges(accepted: Hub) -> None:
    accepted.act("a", "COMPLETE", WSP)
    assert accepted.clocks("a") == {"T9"}
    assert accepted.act("a", "ACKNOWLEDGE", COORDINATOR).code == "ILLEGAL"
    assert rows(accepted.act("a", "ACKNOWLEDGE", COORDINATOR, role="COORDINATOR")) == ["19"]
    assert accepted.state("a") == "CLOSED" and accepted.clocks("a") == set()


def test_20_disputed_once(accepted: Hub) -> None:
    accepted.act("a", "COMPLETE", WSP)
    assert rows(accepted.act("a", "DISPUTE", UWV)) == ["20"]
    assert accepted.referral("a").outcome is None and accepted.clocks("a") == set()
    assert accepted.told == [(WSP, "STATUS", "a"), (COORDINATOR, "STATUS", "a")]
    accepted.act("a", "COMPLETE", WSP)
    assert accepted.act("a", "DISPUTE", UWV).code == "ILLEGAL"


def test_20_not_when_another_desk_has_the_client(accepted: Hub) -> None:
    accepted.act("a", "COMPLETE", WSP)
    accepted.refer("b", WSP, to_desk=ALMERE)
    accepted.act("b", "ACCEPT", ALMERE)
    assert accepted.act("a", "DISPUTE", UWV).code == "ILLEGAL"


def test_21_takes_two_once_it_was_accepted(hub: Hub) -> None:
    hub.refer("s", UWV, kind="SERVICE", to_desk=ENTRY)
    assert rows(hub.act("s", "ENTERED_IN_ERROR", UWV)) == ["21"]
    assert hub.told == [(ENTRY, "RECALL", "s")]
    assert hub.act("s", "ENTERED_IN_ERROR", UWV).code == "ILLEGAL"
    hub.act("a", "ACCEPT", WSP)
    assert hub.act("a", "ENTERED_IN_ERROR", UWV).field == "second_worker"
    assert hub.act("a", "ENTERED_IN_ERROR", UWV, **TWO).owner == (WSP, UWV, "a")


def test_21_an_offer_that_rested_is_not_recalled() -> None:
    hub = Hub()
    hub.refer("a", UWV, not_before=in_days(hub, 30))
    assert hub.act("a", "ENTERED_IN_ERROR", UWV).result == "APPLIED"
    assert hub.told == []


def test_23_the_coordinator_names_the_owner(accepted: Hub) -> None:
    accepted.refer("b", WSP, to_desk=ALMERE)
    accepted.refer("s", WSP, kind="SERVICE", to_desk=ENTRY)
    assert accepted.act("a", "ASSIGN", COORDINATOR, to_desk=UWV).code == "ILLEGAL"
    decision = accepted.act("a", "ASSIGN", COORDINATOR, role="COORDINATOR", to_desk=UWV)
    assert rows(decision) == ["9", "18", "23"] and decision.owner == (WSP, UWV, "made")
    assert accepted.referral("a").outcome == "TAKEN_OVER"
    made = accepted.referral("made")
    assert (made.giver, made.sender, made.target) == (WSP, COORDINATOR, UWV)
    assert made.accepted and accepted.clocks("made") == {"T5"}
    assert accepted.told[-2:] == [(UWV, "DETAILS", "made"), (WSP, "STATUS", "made")]
    assert accepted.state("s") == "SUBMITTED"


@pytest.mark.parametrize("desk,code", [(WSP, "ILLEGAL"), ("roc-maas", "ILLEGAL"), ("x", "INVALID")])
def test_23_only_to_who_can_have_it(accepted: Hub, desk: str, code: str) -> None:
    decision = accepted.act("a", "ASSIGN", COORDINATOR, role="COORDINATOR", to_desk=desk)
    assert decision.code == code and owner(accepted) == (WSP, "a")


def test_23_a_cancelled_request_of_the_old_owner_is_over(accepted: Hub) -> None:
    accepted.refer("r", ENTRY, to_desk=ALMERE)
    accepted.act("r", "DELIVERED", WSP)
    accepted.act("r", "CANCEL", ENTRY)
    accepted.act("a", "ASSIGN", COORDINATOR, role="COORDINATOR", to_desk=UWV)
    assert accepted.state("r") == "CANCELLED" and accepted.clocks("r") == set()


def place(**more: Any) -> Hub:
    hub = Hub()
    hub.refer("a", UWV, review_every=3, **more)
    hub.act("a", "ACCEPT", WSP)
    return hub


def test_29_a_place_is_reviewed_for_twelve_months() -> None:
    hub = place()
    first = calendar.day_of(hub.now)
    assert hub.due("a", "T13") == calendar.start_of(calendar.months_later(first, 3))
    for months in (3, 6, 9):
        hub.now = calendar.start_of(calendar.months_later(first, months))
        assert rows(hub.act("a", "REVIEW", WSP)) == ["29"]
    assert hub.due("a", "T13") == calendar.start_of(calendar.months_later(first, 12))
    hub.now = hub.due("a", "T13")
    hub.fire("T13", "a")
    assert hub.told == [(WSP, "ESCALATION", "a")] and hub.state("a") == "ACCEPTED"
    assert hub.act("a", "REVIEW", WSP).field == "review"
    assert hub.act("a", "REVIEW", WSP, review="OUTFLOW").result == "APPLIED"
    assert hub.due("a", "T13") == wd(5).after(hub.now)


def test_t13_expiry_runs_from_the_offer_on() -> None:
    hub = Hub()
    expires = hub.now + 40 * DAY
    hub.refer("a", UWV, expires_at=expires)
    assert hub.clocks("a") == {"T0"}
    hub.act("a", "DELIVERED", WSP)
    assert hub.due("a", "T13") == expires
    hub.refer("a", UWV, expires_at=expires + DAY)
    assert hub.due("a", "T13") == expires + DAY
    hub.act("a", "DECLINE", WSP)
    assert "T13" not in hub.clocks("a")


def test_31_whose_employer_may_train_nobody_is_told_to_the_owner(hub: Hub) -> None:
    version, clocks = hub.referral("a").version, hub.clocks("a")
    assert rows(hub.act("a", "RECOGNITION", "hub")) == ["31"]
    assert hub.told == [(UWV, "STATUS", "a")]
    assert hub.referral("a").version == version and hub.clocks("a") == clocks
    assert hub.act("a", "RECOGNITION", WSP).code == "ILLEGAL"
    hub.act("a", "CANCEL", UWV, reason="SENDER_ERROR")
    assert rows(hub.act("a", "RECOGNITION", "hub")) == []


def test_30_what_vanished_is_its_senders_to_explain(hub: Hub) -> None:
    version = hub.referral("a").version
    assert rows(hub.act("a", "VANISHED", "hub")) == ["30"]
    assert hub.told == [(UWV, "DUTY", "a")] and hub.clocks("a") == {"T0", "T4"}
    assert rows(hub.act("a", "VANISHED", "hub")) == []
    hub.act("a", "DELIVERED", "hub")
    assert hub.referral("a").clocks["T4"].role == "SENDER"
    assert hub.referral("a").version == version
    hub.refer("a", UWV, urgency="URGENT")
    assert hub.clocks("a") == {"T1", "T2"}


@pytest.mark.parametrize(
    "clock,action,levels",
    [("T3", "ASK", "12"), ("T7", "PROGRESS", "1"), ("T8", "CANCEL", "2"), ("T9", "COMPLETE", "2")],
)
def test_clocks_climb_to_their_last_level(
    accepted: Hub, clock: str, action: str, levels: str
) -> None:
    hub = accepted
    if action == "ASK":
        hub.refer("b", WSP, to_desk=ALMERE)
    name, desk = ("b", ALMERE) if action == "ASK" else ("a", UWV if action == "CANCEL" else WSP)
    hub.act(name, action, desk, progress="NO_SHOW")
    for level in levels:
        hub.fire(clock, name)
        assert hub.referral(name).escalation == int(level)
    due = hub.due(name, clock)
    hub.fire(clock, name)
    assert hub.referral(name).escalation == int(levels[-1])
    assert hub.due(name, clock) == wd(5).after(due) and hub.state(name) != "CLOSED"


def test_i16_who_is_sent_round_comes_before_the_coordinator(hub: Hub) -> None:
    hub.act("a", "DECLINE", WSP)
    assert hub.referral("a").escalation == 0
    hub.refer("b", UWV)
    assert hub.referral("b").escalation == 3 and hub.state("b") == "SUBMITTED"
    assert hub.told == [
        (WSP, "OFFER", "b"),
        (COORDINATOR, "ESCALATION", "b"),
        ("ops", "ESCALATION", "b"),
    ]
    hub.act("b", "DECLINE", WSP)
    hub.now += 61 * DAY
    hub.refer("c", UWV)
    assert hub.referral("c").escalation == 0


def test_i16_a_fifth_desk_is_too_many(hub: Hub) -> None:
    hub.act("a", "DECLINE", WSP)
    targets = ["uwv-twente", COORDINATOR, ALMERE, "gemeente-enschede"]
    for name, desk in zip("bcde", targets, strict=True):
        hub.refer(name, UWV, to_desk=desk)
        hub.act(name, "DECLINE", desk)
    assert [hub.referral(name).escalation for name in "abcde"] == [0, 0, 0, 0, 3]


def test_t11_ends_and_nothing_else_does(accepted: Hub) -> None:
    accepted.act("a", "COMPLETE", WSP)
    accepted.act("a", "CLOSE", WSP, closing_reason="PLACED_WORK")
    before = accepted.client
    decision = accepted.fire("T11", None)
    assert before and accepted.client and rows(decision) == [] and accepted.told == []
    assert accepted.client.clocks == {} and accepted.client.version == before.version + 1
    accepted.refer("b", ALMERE)
    assert accepted.clocks(None) == {"T6"}


OTHER = {"other_client": "5" * 32, "other_referral": "6" * 32}


def test_28_the_mark_stays_until_the_answer(accepted: Hub) -> None:
    assert accepted.act("a", "MERGE", WSP).field == "other_referral"
    assert accepted.act("a", "MERGE", UWV, **OTHER).code == "ILLEGAL"
    assert rows(accepted.act("a", "MERGE", WSP, **OTHER)) == ["28"] and accepted.told == []
    assert accepted.client and accepted.client.merging == OTHER["other_client"]
    assert accepted.act("a", "MERGE", WSP, **OTHER).code == "ILLEGAL"
    accepted.act("a", "COMPLETE", WSP)
    assert accepted.act("a", "CLOSE", WSP, closing_reason="PLACED_WORK").code == "ILLEGAL"
    assert accepted.act("a", "CLOSE", "hub", **OTHER).code == "ILLEGAL"
    assert rows(accepted.act("a", "MERGED", "hub", other_client="7" * 32)) == []
    assert rows(accepted.act("a", "NOT_MERGED", "hub", asker=world.UWV, **OTHER)) == ["28"]
    assert accepted.told == [(UWV, "VERDICT", "a")] and accepted.client.merging is None


def test_28_the_loser_closes_and_sends_on(accepted: Hub) -> None:
    assert accepted.act("a", "CLOSE", "hub", **OTHER).code == "ILLEGAL"
    accepted.act("a", "COMPLETE", WSP)
    assert rows(accepted.act("a", "CLOSE", "hub", **OTHER)) == ["28"]
    assert accepted.told == [(WSP, "STATUS", "a"), (UWV, "STATUS", "a")]
    client = accepted.client
    assert client and (client.status, client.closing_reason) == ("CLOSED", "MERGED_INTO")
    assert client.merged_into == OTHER["other_client"] and accepted.clocks(None) == {"T11"}
    assert rows(accepted.act("a", "CLOSE", "hub", **OTHER)) == [] and accepted.told == []
    assert accepted.act("a", "CLOSE", "hub", **OTHER | {"other_client": "7" * 32}).code == "ILLEGAL"
    assert accepted.refer("b", UWV).result == "FORWARDED"
    assert accepted.act("b", "ACCEPT", WSP).result == "FORWARDED"
    assert accepted.client and accepted.client.forwarded == ["b"]
    assert rows(accepted.act("a", "ACKNOWLEDGE", UWV)) == ["19"]
    assert accepted.act("a", "WITHDRAW_CONSENT", ALMERE).code == "ILLEGAL"
    assert accepted.act("a", "WITHDRAW_CONSENT", UWV).result == "FORWARDED"
    assert accepted.client.consent == "WITHDRAWN"
