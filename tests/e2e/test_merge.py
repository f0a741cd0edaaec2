"""test_merge - two records of one person become one, whatever partitions and kills lie between."""

import itertools
import json
import time
import uuid

import pytest
from api import WAIT, ApiHub, a_hub, action, person, pseudonym, referral
from harness import wait_for
from model.world import ROTTERDAM, TWENTE, WORLD, WSP

# Three decisions; of the commits some hold only what routers say of themselves at a start.
POINTS = [
    f"{point}:{passage}"
    for point, passages in (
        ("after-decide", 3),
        ("after-produce", 3),
        ("before-commit", 5),
        ("after-send-offsets", 5),
    )
    for passage in range(1, passages + 1)
]
numbers = itertools.count(100)


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory):
    with a_hub(services, tmp_path_factory.mktemp("merge")) as made:
        yield made


@pytest.fixture(scope="module")
def pair(services, tmp_path_factory):
    """An edge, and a router that a test may kill."""
    folder = tmp_path_factory.mktemp("merge-killed")
    hub = ApiHub(folder, services, WORLD, f"{folder.name}-{time.time_ns()}.")
    hub.deploy()
    try:
        for role in ("edge", "router"):
            hub.start(role, role)
        hub.ready()
        yield hub
    finally:
        hub.end()


def client_of(hub, number):
    return pseudonym(hub.secret("pseudonym"), "client/bsn", person(number)["bsn"])


def partition_of(client):
    return (client[0] << 4 | client[1] >> 4) % 12


def record(hub, number):
    """A person that Rotterdam has, with no open referral; its referral."""
    city, wsp = hub.partner(ROTTERDAM), hub.partner(WSP)
    draft = referral(f"merge-{number}", to_desk="wsp-rijnmond") | {"person": person(number)}
    answer = city.refer(draft, **WAIT)
    assert answer.status_code == 201, answer.text
    name = answer.json()["referral"]
    reasons = {"reason": "NO_CAPACITY", "suggested_desk": "unknown"}
    no = action("DECLINE", f"no-{number}", **reasons) | {"person": {"text": "Vol."}}
    assert wsp.act(name, no, **WAIT).status_code == 201
    return name


def records_together(hub, count):
    """Of clients in one partition."""
    first = next(numbers)
    here = partition_of(client_of(hub, first))
    others = (n for n in numbers if partition_of(client_of(hub, n)) == here)
    found = [first, *itertools.islice(others, count - 1)]
    return [(number, record(hub, number)) for number in found]


def two_records(hub, apart=True):
    """Of clients in different partitions, or in one: the numbers of their persons, and their
    referrals."""
    first = next(numbers)
    here = partition_of(client_of(hub, first))
    second = next(n for n in numbers if (partition_of(client_of(hub, n)) != here) == apart)
    return (first, record(hub, first)), (second, record(hub, second))


def ask(hub, survivor, loser, reference, **headers):
    body = action("MERGE", reference, actor={"worker": "team-1"}, other_referral=loser)
    return hub.partner(ROTTERDAM).act(survivor, body, **headers)


def state_of(hub, number):
    """What topic clients last says of it."""
    client = client_of(hub, number)
    return [each for _, each in hub.decoded("clients") if each["client"] == client][-1]


def is_merged(hub, survivor, loser):
    kept, gone = state_of(hub, survivor), state_of(hub, loser)
    return kept["merging"] is None and gone["merged_into"] == kept["client"]


def settle(hub):
    """Each record of intake has its one Event."""
    hub.wait_settled()
    records = sorted((each.partition, each.offset) for each in hub.records("intake"))
    events = [event for _, event in hub.decoded("events") if event["offset"] is not None]
    assert records == sorted((each["partition"], each["offset"]) for each in events)


def check_sums(hub):
    settle(hub)

    def closes():
        flow = json.loads(hub.command("flow", "--json", node=next(iter(hub.processes))))
        return flow if flow["view_is_current"] and flow["closes"] else None

    flow = wait_for("the sums to close", closes, 60)
    for row in flow["flow"]:
        assert row["unaccounted"] == 0
        assert row["in_flight"] == 0
        assert min(row[part] for part in row if isinstance(row[part], int)) >= 0
    assert json.loads(hub.command("orphans", "--json", node=next(iter(hub.processes)))) == {
        "orphans": []
    }
    return {row["partner"]: row for row in flow["flow"]}


def events_of(hub, message):
    wanted = uuid.UUID(message).bytes
    return [event for _, event in hub.decoded("events") if event["message"] == wanted]


def results_of(hub, answer, count):
    """What became of a message, from router to router."""

    def all_there():
        found = [each["result"] for each in events_of(hub, answer.json()["message"])]
        return found if len(found) == count else None

    return sorted(wait_for("its events", all_there, 30))


@pytest.mark.parametrize("apart", [True, False])
def test_what_comes_for_the_merged_record_reaches_the_one_that_goes_on(hub, apart):
    (first, survivor), (second, loser) = two_records(hub, apart)
    assert ask(hub, survivor, loser, f"m-{first}", **WAIT).status_code == 201
    wait_for("the merge", lambda: is_merged(hub, first, second), 30)
    told = [each for _, each in hub.decoded("handovers") if each["row"] == "28"]
    assert {each["desk"] for each in told} == {"gemeente-rotterdam"}
    before = check_sums(hub).get(TWENTE, {"received": 0})["received"]

    draft = referral(f"later-{second}", "gemeente-enschede") | {"person": person(second)}
    other = hub.partner(TWENTE)
    answer = other.refer(draft, **WAIT)
    assert answer.status_code in (201, 202), answer.text
    assert results_of(hub, answer, 2) == ["APPLIED", "FORWARDED"]
    name = answer.json()["referral"]
    assert uuid.UUID(name).bytes in state_of(hub, second)["forwarded"]
    copies = [each for each in hub.records("intake") if each.headers.get("hops") == "1"]
    assert partition_of(client_of(hub, first)) in {each.partition for each in copies}

    def is_shown():
        shown = other.get(f"/v1/referrals/{name}")
        return shown.json() if shown.status_code == 200 else None

    assert wait_for("the referral", is_shown, 30)["state"] in ("SUBMITTED", "OFFERED")
    reasons = {"reason": "NO_CAPACITY", "suggested_desk": "unknown"}
    no = action("DECLINE", f"no-later-{second}", **reasons) | {"person": {"text": "Vol."}}
    declined = hub.partner(ROTTERDAM).act(name, no)
    assert declined.status_code == 202
    assert results_of(hub, declined, 2) == ["APPLIED", "FORWARDED"]
    wait_for("the decline", lambda: is_shown()["state"] == "DECLINED", 30)
    again = other.refer(draft)
    assert again.status_code == 202
    assert results_of(hub, answer, 4) == ["APPLIED", "DUPLICATE", "FORWARDED", "FORWARDED"]
    assert check_sums(hub)[TWENTE]["received"] == before + 2


def test_merged_and_merged_again_in_one_partition(hub):
    """All three have what came for the first: whichever the router finds, the last one gets it."""
    (first, one), (second, two), (third, three) = records_together(hub, 3)
    city, other = hub.partner(ROTTERDAM), hub.partner(TWENTE)

    def merge(number, survivor, gone, loser):
        assert ask(hub, survivor, loser, f"row-{loser}", **WAIT).status_code == 201
        wait_for("the merge", lambda: is_merged(hub, number, gone), 30)

    merge(second, two, first, one)
    draft = referral(f"row-{first}", "gemeente-enschede") | {"person": person(first)}
    answer = other.refer(draft)
    assert results_of(hub, answer, 2) == ["APPLIED", "FORWARDED"]
    name = answer.json()["referral"]
    reasons = {"reason": "NO_CAPACITY", "suggested_desk": "unknown"}
    no = action("DECLINE", f"no-row-{first}", **reasons) | {"person": {"text": "Vol."}}
    assert city.act(name, no).status_code == 202
    settle(hub)
    merge(third, three, second, two)
    for turn in range(2):
        later = draft | {"reference": f"row-{first}-{turn}", "case": f"row-{first}-{turn}"}
        answer = other.refer(later)
        assert results_of(hub, answer, 3) == ["APPLIED", "FORWARDED", "FORWARDED"]
        name = answer.json()["referral"]
        assert uuid.UUID(name).bytes in {r["referral"] for r in state_of(hub, third)["referrals"]}
        declined = city.act(name, no | {"reference": f"no-row-{first}-{turn}"})
        assert declined.status_code == 202, declined.text
        settle(hub)
        events = events_of(hub, declined.json()["message"])
        assert [each["result"] for each in events if each["result"] != "FORWARDED"] == ["APPLIED"]
        passed = {each["client"] for each in events}
        assert state_of(hub, third)["client"] in passed
    report = hub.judge()
    assert not report.differences, str(report)
    check_sums(hub)


def test_the_other_referral_must_be_known(hub):
    name = record(hub, next(numbers))
    answer = ask(hub, name, str(uuid.uuid4()), "m-unknown")
    assert answer.status_code == 400
    assert "no referral that the hub knows" in answer.text
    nobody = action("MERGE", "m-nobody", actor={"worker": "team-1"})
    answer = hub.partner(ROTTERDAM).act(name, nobody)
    assert answer.status_code == 400
    assert "other_referral" in answer.text
    check_sums(hub)


def test_a_refused_merge_is_told_to_the_asker(hub):
    (first, survivor), (second, loser) = two_records(hub)
    open_one = referral(f"open-{second}", to_desk="wsp-rijnmond") | {"person": person(second)}
    assert hub.partner(ROTTERDAM).refer(open_one, **WAIT).status_code == 201
    assert ask(hub, survivor, loser, f"m-{first}", **WAIT).status_code == 201
    wait_for("the answer", lambda: state_of(hub, first)["merging"] is None, 30)
    assert state_of(hub, second)["status"] == "OPEN"
    feed = hub.partner(ROTTERDAM)

    def verdict():
        told = feed.http.get("/v1/handovers", params={"limit": 1000}).json()["handovers"]
        return [json.dumps(each) for each in told if "was not merged" in json.dumps(each)]

    (said,) = wait_for("the verdict", verdict, 30)
    assert "VERDICT" in said
    assert "open referral" in said
    check_sums(hub)


def test_both_merge_each_other_at_once(hub):
    """Who was quicker goes on, or both stay; a retry always ends it."""
    for turn in range(6):
        (first, one), (second, two) = two_records(hub)
        pairs = [(one, two), (two, one)] if turn % 2 else [(two, one), (one, two)]
        for survivor, loser in pairs:
            assert ask(hub, survivor, loser, f"x-{first}-{survivor}").status_code == 202
        wait_for(
            "both answers",
            lambda a=first, b=second: not (
                state_of(hub, a)["merging"] or state_of(hub, b)["merging"]
            ),
            30,
        )
        settle(hub)
        still = [n for n in (first, second) if state_of(hub, n)["status"] == "OPEN"]
        assert still
        if len(still) == 2:
            assert ask(hub, one, two, f"y-{first}", **WAIT).status_code == 201
            wait_for("the retry", lambda a=first, b=second: is_merged(hub, a, b), 30)
    check_sums(hub)


@pytest.mark.parametrize("point", POINTS)
def test_killed_between_the_steps(pair, point):
    (first, survivor), (second, loser) = two_records(pair)
    assert pair.processes["router"].end() == 0
    doomed = pair.start("router", "router", crash_at=point)
    answer = ask(pair, survivor, loser, f"k-{first}")
    assert answer.status_code == 202
    wait_for("the kill", lambda: not doomed.alive, 60)
    pair.start("router", "router")
    wait_for("the merge", lambda: is_merged(pair, first, second), 90)
    assert len(events_of(pair, answer.json()["message"])) == 1
    both = (client_of(pair, first), client_of(pair, second))
    words = [
        each["body"][1]["action"]
        for _, each in pair.decoded("intake")
        if each["partner"] == "hub" and each["client"] in both
    ]
    assert sorted(words) == ["CLOSE", "MERGED"]
    check_sums(pair)
