"""test_api_sender - what the sender of a client sees of it, and a coordinator who decides."""

import itertools
import time
from datetime import date, timedelta

import deploy
import pytest
from api import WAIT, Api, a_hub, action, person, referral
from model.world import FUND, ROTTERDAM


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory):
    with a_hub(services, tmp_path_factory.mktemp("sender")) as made:
        yield made


@pytest.fixture(scope="module")
def coordinator(hub):
    return Api(hub.edges()[0], ROTTERDAM, deploy.coordinators_token(ROTTERDAM))


def refer(partner, case, number, **body):
    answer = partner.refer(referral(case, **body) | {"person": person(number)}, **WAIT)
    assert answer.status_code == 201, answer.text
    return answer.json()["referral"]


def act(partner, name, what, reference, **body):
    answer = partner.act(name, action(what, reference, **body), **WAIT)
    assert answer.status_code == 201, answer.text
    return answer.json()


def shown(partner, name):
    answer = partner.get(f"/v1/referrals/{name}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def in_days(count):
    return (date.today() + timedelta(days=count)).isoformat()


def test_an_outcome_and_how_far_it_was(city, wsp):
    name = refer(city, "sender-1", 401)
    act(wsp, name, "ACCEPT", "s1-accept", actor={"worker": "team-1"})
    act(wsp, name, "PROGRESS", "s1-progress", progress="SCHEDULED")
    assert shown(city, name)["progress"] == "SCHEDULED"
    act(wsp, name, "HOLD", "s1-hold", hold_reason="ILLNESS", next_date=in_days(20))
    held = shown(city, name)
    assert held["state"] == "ON_HOLD"
    assert held["client"]["next_action"]["duty"] == "REVIEW_HOLD"
    act(wsp, name, "RESUME", "s1-resume")
    act(wsp, name, "COMPLETE", "s1-end", outcome="ADVICE_GIVEN", next_step="NONE")
    ended = shown(city, name)
    assert (ended["outcome"], ended["next_step"]) == ("ADVICE_GIVEN", "NONE")
    assert "progress" not in ended
    assert "ACKNOWLEDGE" in ended["actions"]["gemeente-rotterdam"]


def test_a_refusal_says_no_more_than_may_be_known(hub, city):
    fund = hub.partner(FUND)
    name = refer(city, "sender-2", 402, kind="SERVICE", question="SCHOLINGSVOUCHER")
    act(fund, name, "ACCEPT", "s2-accept", actor={"worker": "team-1"})
    refused = city.act(name, action("ACKNOWLEDGE", "s2-acknowledge"), **WAIT)
    assert refused.status_code == 409
    found = refused.json()
    assert found["client"]["responsible"]["desk"] == "gemeente-rotterdam"
    assert found["client"]["responsible"]["since"]
    assert found["client"]["next_action"]["by"]
    assert "CANCEL" in found["actions"]["gemeente-rotterdam"]
    assert "state" not in found
    assert "ACCEPTED" not in refused.text
    receipt = city.get("/v1/receipts/sender-2")
    assert receipt.json()["referrals"][0]["client"]["next_action"]["by"]
    assert "ACCEPTED" not in receipt.text


def test_a_coordinator_decides(city, wsp, coordinator):
    name = refer(city, "sender-3", 403, to_desk="wsp-rijnmond")
    act(wsp, name, "ACCEPT", "s3-accept", actor={"worker": "team-1"})
    before = shown(coordinator, name)
    assert before["client"]["responsible"]["desk"] == "wsp-rijnmond"
    assert "ASSIGN" in before["actions"]["gemeente-rotterdam"]
    assert "ASSIGN" not in shown(city, name)["actions"]["gemeente-rotterdam"]
    refused = city.act(
        name, action("ASSIGN", "s3-no", reason="OTHER", to_desk="uwv-rijnmond"), **WAIT
    )
    assert refused.status_code == 409
    after = act(coordinator, name, "ASSIGN", "s3-assign", reason="OTHER", to_desk="uwv-rijnmond")
    assert after["state"] == "COMPLETED"
    assert after["outcome"] == "TAKEN_OVER"
    responsible = shown(city, name)["client"]["responsible"]
    assert responsible["desk"] == "uwv-rijnmond"
    assert responsible["since"] > before["client"]["responsible"]["since"]


def told(partner, name, language=None):
    answer = partner.get(f"/v1/referrals/{name}/story" + (f"?lang={language}" if language else ""))
    assert answer.status_code == 200, answer.text
    assert answer.json()["complete"]
    return [each["what"] for each in answer.json()["story"]]


def test_the_story_of_a_referral(hub, city, wsp):
    name = refer(city, "sender-4", 404, to_desk="wsp-rijnmond")
    act(wsp, name, "ACCEPT", "s4-accept", actor={"worker": "team-1"})
    act(wsp, name, "PROGRESS", "s4-progress", progress="NO_SHOW")
    english = told(city, name, "en")
    assert english == [
        "referred by gemeente-rotterdam to wsp-rijnmond for WERK; now with gemeente-rotterdam",
        "delivered to wsp-rijnmond; accepted by wsp-rijnmond; now with wsp-rijnmond",
        "in progress at wsp-rijnmond: did not show up",
    ]
    dutch = told(city, name)
    assert dutch[0].startswith("door gemeente-rotterdam verwezen naar wsp-rijnmond voor ")
    assert dutch[1:] == [
        "bezorgd bij wsp-rijnmond; aangenomen door wsp-rijnmond; nu bij wsp-rijnmond",
        "in behandeling bij wsp-rijnmond: niet verschenen",
    ]
    assert city.get(f"/v1/referrals/{name}/story?lang=de").status_code == 400
    assert hub.partner(FUND).get(f"/v1/referrals/{name}/story").status_code == 404


def test_a_story_tells_no_more_than_may_be_known(hub, city):
    fund = hub.partner(FUND)
    name = refer(city, "sender-5", 405, kind="SERVICE", question="SCHOLINGSVOUCHER")
    act(fund, name, "ACCEPT", "s5-accept", actor={"worker": "team-1"})
    act(fund, name, "PROGRESS", "s5-progress", progress="CONTACTED")
    assert told(city, name, "en") == [
        "referred by gemeente-rotterdam to fonds-scholing for SCHOLINGSVOUCHER; "
        "now with gemeente-rotterdam",
        "delivered to fonds-scholing",
    ]
    theirs = told(fund, name, "en")
    assert theirs[-1] == "in progress at fonds-scholing: contacted"
    assert "another desk" in theirs[0]
    assert not any("gemeente-rotterdam" in each for each in theirs)


def room_of(partner, desk):
    return {each["desk"]: each for each in partner.get("/v1/desks").json()["desks"]}[desk]


def eventually(ask, wanted):
    until = time.time() + 30
    while (found := ask()) != wanted and time.time() < until:
        time.sleep(0.1)
    assert found == wanted


def test_a_desk_says_that_it_is_full(hub, city, wsp):
    path = "/v1/desks/wsp-rijnmond/capacity"
    twice = b'{"voucher_kind": "STOOF", "voucher_kind": "STAP"}'
    assert city.post(path, {"full_until": in_days(30)}).status_code == 404
    for wrong in (
        {"full_until": "soon"},
        {"full_until": in_days(-1)},
        {"until": in_days(1)},
        [],
        twice,
    ):
        assert wsp.post(path, wrong).status_code == 400, wrong
    assert room_of(city, "wsp-rijnmond")["has_room"]
    assert wsp.post(path, {"full_until": in_days(30)}).status_code == 200
    eventually(lambda: room_of(city, "wsp-rijnmond").get("full_until"), in_days(30))
    assert not room_of(city, "wsp-rijnmond")["has_room"]
    numbers = itertools.count(600)  # routers hear of it apart from the view

    def target():
        number = next(numbers)
        return shown(city, refer(city, f"sender-{number}", number))["target"]

    eventually(lambda: target() != "wsp-rijnmond", True)
    assert wsp.post(path, {}).status_code == 200
    eventually(lambda: room_of(city, "wsp-rijnmond")["has_room"], True)
    assert "full_until" not in room_of(city, "wsp-rijnmond")
    eventually(lambda: target() == "wsp-rijnmond", True)

    fund = hub.partner(FUND)
    path = "/v1/desks/fonds-scholing/capacity"
    assert fund.post(path, {"voucher_kind": "of-tomorrow"}).status_code == 400
    body = {"full_until": in_days(9), "voucher_kind": "STOOF"}
    assert fund.post(path, body).status_code == 200
    eventually(
        lambda: room_of(city, "fonds-scholing").get("full_vouchers"),
        [{"voucher_kind": "STOOF", "full_until": in_days(9)}],
    )
    assert room_of(city, "fonds-scholing")["has_room"]


def test_signs_of_life_for_many(city, wsp):
    names = [refer(city, f"sender-7-{number}", 410 + number) for number in range(5)]
    signs = [{"referral": name, "next_date": in_days(14)} for name in names]
    answer = city.post("/v1/signs-of-life", signs)
    assert answer.status_code == 200, answer.text
    receipts = answer.json()["receipts"]
    assert [each["referral"] for each in receipts] == names
    assert {each["result"] for each in receipts} == {"STORED"}
    assert len({each["message"] for each in receipts}) == 5
    for name in names:
        assert told(city, name, "en")[-1].startswith("sign of life given: next on ")

    act(wsp, names[0], "ACCEPT", "s7-accept", actor={"worker": "team-1"})
    decided = city.post(
        "/v1/signs-of-life",
        [{"referral": name, "reference": f"again-{name}"} for name in names],
        **WAIT,
    ).json()["receipts"]
    assert [each["result"] for each in decided] == ["REJECTED"] + ["APPLIED"] * 4
    assert decided[0]["code"] == "ILLEGAL"
    again = city.post(
        "/v1/signs-of-life", [{"referral": names[1], "reference": f"again-{names[1]}"}], **WAIT
    ).json()["receipts"]
    assert again[0]["result"] == "DUPLICATE"
    assert again[0]["message"] == decided[1]["message"]


def test_of_signs_of_life_all_or_none_are_taken(hub, city):
    name = refer(city, "sender-8", 420)
    good = {"referral": name}
    before = len(hub.records("intake"))
    refused = city.post(
        "/v1/signs-of-life",
        [good, {"referral": "nobody"}, good | {"next_date": "soon"}, good | {"day": 1}, {}, 7],
    )
    assert refused.status_code == 400
    fields = {each["field"] for each in refused.json()["errors"]}
    assert {"[1].referral", "[2].next_date", "[4].referral"} <= fields
    assert {each[:3] for each in fields} == {"[1]", "[2]", "[3]", "[4]", "[5]"}
    twice = f'[{{"referral": "{name}", "referral": "{name}"}}]'.encode()
    for wrong in ([], {}, [good] * 1001, twice):
        assert city.post("/v1/signs-of-life", wrong).status_code == 400
    assert len(hub.records("intake")) == before
