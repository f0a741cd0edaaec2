"""test_model_machine - rows of the transition table, one by one."""

import pytest
from model import calendar, machine, world
from model.rules import wd
from model.state import RECENT_MAX, Message
from rows import NOW, Hub, rows


@pytest.fixture
def hub() -> Hub:
    return Hub()


def test_1_the_sender_becomes_responsible(hub: Hub) -> None:
    assert rows(hub.refer("a", "uwv-rijnmond")) == ["1"]
    assert hub.client and hub.client.owner == "uwv-rijnmond"
    assert hub.told == [("wsp-rijnmond", "OFFER", "a")]
    assert hub.clocks("a") == {"T0"} and hub.clocks(None) == {"T6"}


def test_1b_the_entry_desk_becomes_responsible(hub: Hub) -> None:
    decision = hub.refer("a", "roc-maas")
    assert rows(decision) == ["1b"]
    assert decision.owner == (None, "leerwerkloket-rijnmond", "a")
    assert hub.told == [("wsp-rijnmond", "OFFER", "a"), ("leerwerkloket-rijnmond", "STATUS", "a")]


def test_1b_on_the_entry_desk_itself_starts_accepted(hub: Hub) -> None:
    hub.refer("a", None, world.SCHOOL, question="LOOPBAANADVIES")
    assert hub.state("a") == "ACCEPTED"
    assert hub.clocks("a") == {"T5"}
    assert hub.told == [("leerwerkloket-rijnmond", "DETAILS", "a")]


def test_an_old_repeat_is_a_duplicate_too(hub: Hub) -> None:
    """Whatever was said since, and under another reference too: there is nothing new in it."""
    hub.refer("a", "uwv-rijnmond")
    for _ in range(RECENT_MAX + 1):
        assert hub.act("a", "SIGN_OF_LIFE", "uwv-rijnmond").result == "APPLIED"
    assert hub.client
    hub.client.referrals["a"].digest = f"{hub.count + 1:016x}"
    assert hub.refer("a", "uwv-rijnmond").result == "DUPLICATE"
    assert hub.told == []


def test_1d_asks_the_responsible_desk(hub: Hub) -> None:
    hub.refer("a", "uwv-rijnmond")
    hub.act("a", "ACCEPT", "wsp-rijnmond")
    decision = hub.refer("b", "gemeente-rotterdam", to_desk="uwv-rijnmond")
    assert rows(decision) == ["1d"]
    assert hub.told == [("gemeente-rotterdam", "VERDICT", "b"), ("wsp-rijnmond", "OFFER", "b")]
    decision = hub.act("b", "ACCEPT", "wsp-rijnmond")
    assert rows(decision) == ["2", "5", "1"]
    assert hub.state("b") == "COMPLETED" and hub.state("made") == "SUBMITTED"
    decision = hub.act("made", "ACCEPT", "uwv-rijnmond")
    assert rows(decision) == ["2", "5", "18"]
    assert hub.state("a") == "COMPLETED"


def test_1d_declined_leaves_no_duty(hub: Hub) -> None:
    hub.refer("a", "uwv-rijnmond")
    hub.refer("b", "gemeente-rotterdam", to_desk="gemeente-almere")
    hub.act("b", "DECLINE", "uwv-rijnmond")
    assert hub.clocks("b") == set()
    assert hub.told == [("gemeente-rotterdam", "STATUS", "b")]


@pytest.mark.parametrize(
    "sender,wished,state,target",
    [
        ("gemeente-rotterdam", "wsp-rijnmond", "COMPLETED", "uwv-rijnmond"),
        ("wsp-rijnmond", "gemeente-almere", "RECALLED", "uwv-rijnmond"),
        ("gemeente-rotterdam", "gemeente-almere", "SUBMITTED", "wsp-rijnmond"),
    ],
)
def test_1d_follows_the_owner(hub: Hub, sender: str, wished: str, state: str, target: str) -> None:
    hub.refer("a", "uwv-rijnmond")
    hub.refer("b", sender, to_desk=wished)
    hub.act("b", "DELIVERED", "uwv-rijnmond")
    hub.act("a", "ACCEPT", "wsp-rijnmond")
    assert hub.client
    request = hub.client.referrals["b"]
    assert (request.state, request.target) == (state, target)
    assert ("T0" in request.clocks) is (state == "SUBMITTED")


def test_the_first_acceptance_of_a_group_wins(hub: Hub) -> None:
    hub.refer("a", "uwv-rijnmond", group="g")
    hub.refer("b", "uwv-rijnmond", group="g", to_desk="gemeente-rotterdam")
    decision = hub.act("b", "ACCEPT", "gemeente-rotterdam")
    assert rows(decision) == ["2", "5", "9"]
    assert decision.owner == ("uwv-rijnmond", "gemeente-rotterdam", "b")
    assert ("wsp-rijnmond", "RECALL", "a") in hub.told
    assert hub.act("a", "ACCEPT", "wsp-rijnmond").code == "ILLEGAL"


def test_g1_one_open_group(hub: Hub) -> None:
    hub.refer("a", "uwv-rijnmond", group="g")
    assert hub.refer("b", "uwv-rijnmond", group="h").code == "ILLEGAL"
    assert hub.refer("c", "uwv-rijnmond").code == "ILLEGAL"


def test_a_decline_leaves_a_dated_duty(hub: Hub) -> None:
    hub.refer("a", "uwv-rijnmond")
    hub.act("a", "DECLINE", "wsp-rijnmond")
    assert hub.client and hub.client.next_action
    assert hub.client.next_action == ("REFER_OR_CLOSE", "uwv-rijnmond", wd(3).after(hub.now))
    assert hub.told == [("uwv-rijnmond", "DUTY", "a")]
    hub.refer("b", "uwv-rijnmond")
    assert hub.clocks("a") == set()


def test_the_entry_desk_does_not_decline(hub: Hub) -> None:
    hub.refer("a", "uwv-rijnmond", to_desk="leerwerkloket-rijnmond")
    assert hub.act("a", "DECLINE", "leerwerkloket-rijnmond").code == "ILLEGAL"
    assert hub.state("a") == "SUBMITTED"


@pytest.mark.parametrize(
    "action,missing", [("DECLINE", "suggested_desk"), ("CANCEL", "reason"), ("COMPLETE", "outcome")]
)
def test_what_is_missing_is_named(hub: Hub, action: str, missing: str) -> None:
    hub.refer("a", "uwv-rijnmond")
    decision = hub.act("a", action, "wsp-rijnmond", **{missing: None})
    assert (decision.code, decision.field) == ("INVALID", missing)


def test_an_amendment_is_no_second_referral(hub: Hub) -> None:
    hub.refer("a", "uwv-rijnmond")
    decision = hub.refer("a", "uwv-rijnmond", urgency="URGENT")
    assert rows(decision) == ["1c"] and hub.state("a") == "SUBMITTED"
    assert hub.refer("a", "uwv-rijnmond", to_desk="gemeente-almere").code == "ILLEGAL"
    assert hub.refer("a", "uwv-rijnmond", kind="SERVICE").code == "ILLEGAL"


def test_stale_counts_per_party(hub: Hub) -> None:
    hub.refer("a", "uwv-rijnmond")
    hub.act("a", "DELIVERED", "wsp-rijnmond")
    assert hub.act("a", "ACCEPT", "wsp-rijnmond", seen_version=0).code == "STALE"
    assert hub.act("a", "ACCEPT", "wsp-rijnmond", seen_version=1).result == "APPLIED"


def test_an_offer_rests_until_not_before(hub: Hub) -> None:
    hub.refer("a", "uwv-rijnmond", not_before=NOW // 86_400_000 + 30)
    assert hub.clocks("a") == {"T12"} and hub.told == []
    hub.fire("T12", "a")
    assert hub.clocks("a") == {"T0"} and hub.told == [("wsp-rijnmond", "OFFER", "a")]


def test_undeliverable_tells_ops_giver_and_sender(hub: Hub) -> None:
    hub.refer("a", "roc-maas")
    hub.act("a", "UNDELIVERABLE", "hub")
    entry = "leerwerkloket-rijnmond"
    assert hub.told == [("ops", "STATUS", "a"), (entry, "DUTY", "a"), ("roc-maas", "STATUS", "a")]
    assert hub.clocks("a") == {"T4"}
    assert rows(hub.act("a", "DELIVERED", "hub")) == ["2"]
    assert rows(hub.act("a", "UNDELIVERABLE", "hub")) == []
    assert hub.clocks("a") == {"T1", "T2"}


def test_t2_climbs_and_brings_in_the_entry_desk(hub: Hub) -> None:
    hub.refer("a", "uwv-rijnmond")
    hub.act("a", "DELIVERED", "wsp-rijnmond")
    told = []
    for _ in range(5):
        hub.fire("T2", "a")
        told.append([desk for desk, _, _ in hub.told])
    assert told == [
        ["wsp-rijnmond"],
        ["wsp-rijnmond", "uwv-rijnmond"],
        ["gemeente-rotterdam", "ops"],
        ["leerwerkloket-rijnmond"],
        ["leerwerkloket-rijnmond"],
    ]
    assert hub.state("a") == "OFFERED" and hub.state("made") == "SUBMITTED"
    hub.act("made", "ACCEPT", "leerwerkloket-rijnmond")
    assert hub.state("a") == "RECALLED"


def test_t6_reminds_then_climbs(hub: Hub) -> None:
    hub.refer("a", "uwv-rijnmond")
    kinds = []
    for _ in range(9):
        hub.fire("T6", None)
        kinds.append([kind for _, kind, _ in hub.told])
    first = next(index for index, told in enumerate(kinds) if told == ["ESCALATION"])
    assert 3 <= first <= 6
    assert kinds[:first] == [["REMINDER"]] * first
    assert kinds[first:] == [["ESCALATION"]] * (9 - first)


def test_closing_needs_all_to_be_ended_and_reopening_is_24(hub: Hub) -> None:
    hub.refer("a", "uwv-rijnmond")
    hub.act("a", "ACCEPT", "wsp-rijnmond")
    assert hub.act("a", "CLOSE", "wsp-rijnmond", closing_reason="PLACED_WORK").code == "ILLEGAL"
    hub.act("a", "COMPLETE", "wsp-rijnmond")
    assert hub.act("a", "CLOSE", "uwv-rijnmond", closing_reason="PLACED_WORK").code == "ILLEGAL"
    assert rows(hub.act("a", "CLOSE", "wsp-rijnmond", closing_reason="PLACED_WORK")) == ["25"]
    assert hub.client and not hub.client.is_open and hub.clocks(None) == {"T11"}
    assert hub.due(None, "T11") == calendar.same_time_later(hub.now, 365)
    assert hub.refer("b", "gemeente-almere").owner == (None, "gemeente-almere", "b")


def test_parked_messages_wait_in_order(hub: Hub) -> None:
    hub.refer("a", "uwv-rijnmond")
    parked = machine.park(hub.client, "REJECTED", "UNREADABLE").client
    message = Message("1" * 32, world.UWV, "1" * 32, None, NOW, "StatusChange", {"referral": "a"})
    waits = machine.apply(world.WORLD, parked, message, NOW)
    assert (waits.result, waits.client and waits.client.parked) == ("PARKED", 2)
    first = machine.apply(world.WORLD, waits.client, message, NOW, redrive=1, skip=True)
    assert first.client and (first.client.redriven, first.client.flows) == (1, False)
    again = machine.apply(world.WORLD, first.client, message, NOW, redrive=1, skip=True)
    assert again.result == "DUPLICATE"
