"""test_api_feed - what a desk reads in its feed: all of it, in order, and no more than it may."""

import json
import threading
import time
import uuid

import pytest
from api import BSN, CANARIES, PERSON, WAIT, a_hub, action, person, pseudonym, referral
from harness import wait_for
from model.world import FUND, ROTTERDAM, SCHOOL, WSP

BEFORE = ["worker_name", "worker_phone"]
AFTER = ["bsn", "family_name", "birth_date", "phone", "worker_name"]
WORKER = {"worker_name": "B. Adviseur", "worker_phone": "0107654321"}


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory):
    fields = {"fields": BEFORE, "fields_accepted": AFTER}
    with a_hub(services, tmp_path_factory.mktemp("feed"), fields=fields) as made:
        yield made


def read(partner, after=None, **headers):
    query = {"after": after} if after else {}
    answer = partner.http.get("/v1/handovers", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def query_of(after, limit):
    return {"limit": limit} | ({"after": after} if after else {})


def page_of(partner, query):
    answer = partner.http.get("/v1/handovers", params=query)
    return answer.json() if answer.status_code == 200 else None


def all_of(partner, after=None):
    """Page by page to the present end; then where that is."""
    found = []
    while True:
        page = read(partner, after)
        found += page["handovers"]
        after = page["after"]
        if not page["more"]:
            return found, after


def end_of(partner):
    return all_of(partner)[1]


def refer(partner, case, number, **body):
    draft = referral(case, to_desk="wsp-rijnmond", **body)
    draft["person"] = person(number) | WORKER
    answer = partner.refer(draft, **WAIT)
    assert answer.status_code == 201, answer.text
    return answer.json()["referral"]


def about(found, name):
    return [each for each in found if each["handover"].get("referral") == name]


def read_about(partner, after, name, count):
    """Waits in the feed, as a partner does, until so many about the referral have come."""
    found = []
    end = time.monotonic() + 20
    while len(about(found, name)) < count and time.monotonic() < end:
        page = read(partner, after, Prefer="wait=2")
        found += page["handovers"]
        after = page["after"]
    assert len(about(found, name)) >= count, found
    return about(found, name), after


def accesses(hub, name):
    return [each for _, each in hub.decoded("access") if each["referral"] == uuid.UUID(name).bytes]


def state_of(partner, name):
    return partner.get(f"/v1/referrals/{name}").json()["state"]


def test_an_offer_then_its_details(hub, city, wsp):
    after = end_of(wsp)
    name = refer(city, "feed-1", 101)
    (offer,), after = read_about(wsp, after, name, 1)
    assert offer["handover"]["kind"] == "OFFER"
    assert offer["handover"]["number"] == 1
    assert offer["handover"]["body"]["question"] == "WERK"
    assert "sealed" not in offer["handover"]
    assert offer["person"] == WORKER
    assert not accesses(hub, name)

    answer = wsp.act(name, action("ACCEPT", "feed-1-accept", actor={"worker": "team-1"}), **WAIT)
    assert answer.status_code == 201
    (details,), _ = read_about(wsp, after, name, 1)
    assert details["handover"]["kind"] == "DETAILS"
    assert details["handover"]["number"] == 2
    shown = person(101) | WORKER
    assert details["person"] == {each: shown[each] for each in AFTER}
    (noted,) = accesses(hub, name)
    assert noted["partner"] == WSP
    assert noted["desk"] == "wsp-rijnmond"
    assert noted["fields"] == sorted(AFTER, key=list(PERSON | WORKER).index)
    assert noted["purpose"] == "GUIDANCE"
    assert noted["basis"] == "PUBLIC_TASK"


def test_each_partner_has_its_own_pseudonym(hub, city, wsp):
    before = end_of(wsp), end_of(city)
    name = refer(city, "feed-2", 102)
    answer = wsp.act(name, action("ACCEPT", "feed-2-accept", actor={"worker": "team-1"}), **WAIT)
    assert answer.status_code == 201
    told = read_about(wsp, before[0], name, 1)[0], read_about(city, before[1], name, 1)[0]
    client = pseudonym(hub.secret("pseudonym"), "client/bsn", person(102)["bsn"])
    expected = [
        pseudonym(hub.secret("pseudonym"), "client/partner", oin, client).hex()
        for oin in (WSP, ROTTERDAM)
    ]
    assert [each[0]["handover"]["client"] for each in told] == expected
    assert client.hex() not in json.dumps(told)
    assert told[1][0]["handover"]["owner"] == "wsp-rijnmond"


def test_reading_past_an_offer_says_that_it_arrived(hub, city, wsp):
    after = end_of(wsp)
    name = refer(city, "feed-3", 103)
    _, after = read_about(wsp, after, name, 1)
    again = read(wsp, None)
    assert again["handovers"]
    assert state_of(city, name) == "SUBMITTED"
    read(wsp, after)
    wait_for("OFFERED", lambda: state_of(city, name) == "OFFERED", 10)
    read(wsp, after)
    read(wsp, after)
    messages = [
        each
        for _, each in hub.decoded("intake")
        if each["partner"] == "hub" and each["body"][1]["referral"] == uuid.UUID(name).bytes
    ]
    assert {each["body"][1]["action"] for each in messages} == {"DELIVERED"}
    assert len({each["id"] for each in messages}) == 1


def test_a_verdict_that_came_after_the_202(city, wsp):
    after = end_of(city)
    name = refer(city, "feed-4", 104)
    refused = city.act(name, action("ACCEPT", "feed-4-accept", actor={"worker": "team-1"}))
    assert refused.status_code == 202
    found, _ = read_about(city, after, name, 1)
    (verdict,) = [each for each in found if each["handover"]["kind"] == "VERDICT"]
    assert verdict["handover"]["code"] == "ILLEGAL"
    assert verdict["handover"]["message"] == refused.json()["message"]
    assert verdict["handover"]["text"]
    assert "person" not in verdict
    assert not [each for each in all_of(wsp)[0] if each["handover"]["kind"] == "VERDICT"]


def test_the_cursor(city, wsp):
    everything, end = all_of(wsp)
    for limit in (1, 3):
        found, after = [], None
        while True:
            page = wsp.http.get("/v1/handovers", params=query_of(after, limit)).json()
            assert len(page["handovers"]) <= limit
            found += page["handovers"]
            after = page["after"]
            if not page["more"]:
                break
        assert [each["id"] for each in found] == [each["id"] for each in everything]
        assert after == end
    assert len({each["id"] for each in everything}) == len(everything)
    numbers = {}
    for each in everything:
        handover = each["handover"]
        if "referral" in handover and handover["number"]:
            numbers.setdefault(handover["referral"], []).append(handover["number"])
    assert all(each == list(range(1, len(each) + 1)) for each in numbers.values())
    for query in (
        {"after": "x"},
        {"after": end_of(city)},
        {"after": end[:-1]},
        {"after": "f" * 24},
        {"limit": 0},
        {"limit": 1001},
        {"limit": "many"},
        {"limits": 1},
        {"desk": ""},
    ):
        answer = wsp.http.get("/v1/handovers", params=query)
        assert answer.status_code == 400, query
        assert answer.headers["content-type"] == "application/problem+json"
    assert wsp.http.get("/v1/handovers?limit=1&limit=2").status_code == 400
    assert wsp.http.get("/v1/handovers?limit=%zz").status_code == 400


def test_whose_feed_it_is(hub, wsp):
    for desk, status in (("wsp-twente", 200), ("gemeente-rotterdam", 404), ("none", 404)):
        assert wsp.http.get("/v1/handovers", params={"desk": desk}).status_code == status
    assert read(hub.partner(SCHOOL))["desk"] == "roc-maas"


def test_a_long_poll_answers_when_there_is_something(city, wsp):
    after = end_of(wsp)
    heard = {}

    def listen():
        began = time.monotonic()
        heard["page"] = read(wsp, after, Prefer="wait=20")
        heard["seconds"] = time.monotonic() - began

    listener = threading.Thread(target=listen)
    listener.start()
    time.sleep(1)
    assert "page" not in heard
    name = refer(city, "feed-5", 105)
    listener.join(15)
    assert about(heard["page"]["handovers"], name)
    assert heard["seconds"] < 10

    after = end_of(wsp)
    began = time.monotonic()
    page = read(wsp, after, Prefer="wait=1")
    assert page == {"desk": "wsp-rijnmond", "handovers": [], "after": after, "more": False}
    assert 0.9 < time.monotonic() - began < 5


def test_withdrawn_consent_stops_sharing(hub, city, wsp):
    after = end_of(wsp)
    basis = {"kind": "CONSENT", "given_at": "2026-03-02T09:30:00Z"}
    name = refer(city, "feed-6", 106, legal_basis=basis)
    answer = city.act(name, action("WITHDRAW_CONSENT", "feed-6-stop"), **WAIT)
    assert answer.status_code == 201, answer.text
    found, _ = read_about(wsp, after, name, 2)
    assert [each["handover"]["kind"] for each in found] == ["OFFER", "STATUS"]
    assert not any("person" in each or "body" in each["handover"] for each in found)
    assert found[0]["withheld"] == "CONSENT_WITHDRAWN"


def test_feedback_and_owner_go_as_far_as_agreed(hub, city):
    fund = hub.partner(FUND)
    after = end_of(city)
    draft = referral("feed-7", kind="SERVICE", question="SCHOLINGSVOUCHER")
    draft["person"] = person(107)
    answer = city.refer(draft, **WAIT)
    assert answer.status_code == 201, answer.text
    name = answer.json()["referral"]
    done = action("ACCEPT", "feed-7-accept", actor={"worker": "team-1"})
    assert fund.act(name, done, **WAIT).status_code == 201
    (news,), _ = read_about(city, after, name, 1)
    assert news["handover"]["number"] == 1
    assert not {"state", "action", "row"} & set(news["handover"])
    (first, *_), _ = read_about(fund, None, name, 1)
    assert "owner" not in first["handover"]


def test_nobody_is_seen_while_that_cannot_be_noted(hub, wsp):
    """Kafka stands still: what names no client is read, what does is not."""
    pages, after = [], None
    while not pages or pages[-1][1]["more"]:
        page = wsp.http.get("/v1/handovers", params=query_of(after, 1)).json()
        pages.append((after, page))
        after = page["after"]
    named = [
        (asked, page)
        for asked, page in pages
        if any(set(each.get("person", ())) - set(WORKER) for each in page["handovers"])
    ]
    others = [(asked, page) for asked, page in pages if (asked, page) not in named]
    assert named
    assert others
    with hub.services.silent_kafka():
        for asked, page in others:
            answer = wsp.http.get("/v1/handovers", params=query_of(asked, 1))
            assert answer.json() == page
        asked, _ = named[0]
        answer = wsp.http.get("/v1/handovers", params=query_of(asked, 1))
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert "person" not in answer.text
    hub.ready(60)
    asked, page = named[0]
    assert (
        wait_for("to be seen", lambda: page_of(wsp, query_of(asked, 1)), 60)["handovers"]
        == page["handovers"]
    )


def test_no_personal_data_leave_by_the_log(hub):
    text = "".join(each.log.read_text() for each in hub.processes.values())
    assert text
    assert not any(canary in text for canary in (*CANARIES, BSN, *WORKER.values()))
