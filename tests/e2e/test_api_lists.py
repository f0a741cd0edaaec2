"""test_api_lists - what partners can find out before they send: dry runs, desks and codes."""

import json
import uuid

import httpx
import pytest
from api import CANARIES, TOPICS, WAIT, a_hub, action, person, referral
from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec
from model.world import FUND, TWENTE, WORLD


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory):
    fields = {"fields": ["worker_name"], "fields_accepted": ["bsn", "phone", "text"]}
    with a_hub(services, tmp_path_factory.mktemp("lists"), fields=fields) as made:
        yield made


def ends_of(hub):
    """Where each topic ends but facts, which has the hub's heartbeats."""
    admin = AdminClient({"bootstrap.servers": hub.services.brokers})
    topics = admin.list_topics(timeout=10).topics
    places = {
        TopicPartition(hub.prefix + topic, partition): OffsetSpec.latest()
        for topic in (*TOPICS, "access", "fetch")
        for partition in topics[hub.prefix + topic].partitions
    }
    found = admin.list_offsets(places, isolation_level=IsolationLevel.READ_COMMITTED)
    return {(each.topic, each.partition): end.result().offset for each, end in found.items()}


def rehearse(partner, path, body):
    answer = partner.post(f"{path}?dryRun=true", body)
    assert answer.status_code == 200, answer.text
    assert not any(canary in answer.text for canary in CANARIES)
    found = answer.json()
    assert found.pop("complete")
    return found


def told(found):
    return {(each["kind"], each.get("desk")): each for each in found["told"]}


def test_a_dry_run_says_what_then_happens(hub, city, wsp):
    body = referral("dry-1", question="WERK")
    body["person"] = person(201) | {"worker_name": "B. Adviseur"}
    before = ends_of(hub)
    foreseen = rehearse(city, "/v1/referrals", body)
    assert rehearse(city, "/v1/referrals", body)["told"] == foreseen["told"]
    assert ends_of(hub) == before

    assert foreseen["result"] == "APPLIED"
    assert foreseen["route"]["rule"] == "work"
    assert foreseen["route"]["desk"] == "wsp-rijnmond"
    assert told(foreseen)["OFFER", "wsp-rijnmond"]["fields"] == ["worker_name"]
    assert {"T0", "T1", "T2"} & {each["clock"] for each in foreseen["clocks"]}
    assert foreseen["referral"]["state"] == "SUBMITTED"

    real = city.refer(body, **WAIT).json()
    assert real["referral"] == foreseen["referral"]["referral"]
    assert real["target"] == foreseen["referral"]["target"] == "wsp-rijnmond"
    assert real["version"] == foreseen["referral"]["version"]
    expected = foreseen["referral"]["client"]["next_action"]
    assert real["client"]["next_action"]["duty"] == expected["duty"]
    (event,) = [
        each
        for _, each in hub.decoded("events")
        if each["message"] == uuid.UUID(real["message"]).bytes
    ]
    assert event["routing"]["rule"] == "work"
    clocks = {each["clock"] for each in event["armed"]}
    assert {each["clock"] for each in foreseen["clocks"]} == clocks

    accept = action("ACCEPT", "dry-1-a", actor={"worker": "team-1"})
    path = f"/v1/referrals/{real['referral']}/actions"
    before = ends_of(hub)
    foreseen = rehearse(wsp, path, accept)
    assert foreseen["referral"]["state"] == "ACCEPTED"
    assert foreseen["referral"]["client"]["responsible"]["is_you"]
    assert told(foreseen)["DETAILS", "wsp-rijnmond"]["fields"] == ["bsn", "phone", "text"]
    assert ends_of(hub) == before
    accepted = wsp.act(real["referral"], accept, **WAIT).json()
    assert accepted["state"] == "ACCEPTED"
    assert accepted["version"] == foreseen["referral"]["version"]
    assert rehearse(city, "/v1/referrals", body)["result"] == "DUPLICATE"


def test_a_dry_run_of_what_would_be_refused(hub, city, wsp):
    body = referral("dry-2") | {"person": person(202)}
    name = city.refer(body, **WAIT).json()["referral"]
    before = ends_of(hub)
    path = f"/v1/referrals/{name}/actions"
    foreseen = rehearse(city, path, action("ACCEPT", "dry-2-a", actor={"worker": "x"}))
    assert foreseen["result"] == "REJECTED"
    assert foreseen["code"] == "ILLEGAL"
    assert foreseen["text"]
    nobody = f"/v1/referrals/{uuid.uuid4()}/actions"
    foreseen = rehearse(wsp, nobody, action("ACCEPT", "dry-2-b", actor={"worker": "x"}))
    assert foreseen["code"] == "UNKNOWN_CASE"
    assert "referral" not in foreseen

    wrong = referral("dry-2", question="GELUK", municipality="GM9999")
    for content, fields in (
        (wrong, {"body.Referral.question", "body.Referral.municipality"}),
        (b"{", {""}),
    ):
        answer = city.post("/v1/referrals?dryRun=true", content)
        assert answer.status_code == 400
        assert {each["field"] for each in answer.json()["errors"]} == fields
    for query in ("dryRun=yes", "dryRun=", "dryrun=true", "dryRun=%zz", "dryRun=false&dryRun=true"):
        answer = city.post(f"/v1/referrals?{query}", referral("dry-3"))
        assert answer.status_code == 400, query
    assert ends_of(hub) == before
    assert city.post("/v1/referrals?dryRun=false", referral("dry-4")).status_code == 202


def test_a_dry_run_of_a_registration(hub):
    found = rehearse(hub.partner(FUND), "/v1/registrations", referral("dry-5", desk=None))
    assert found["result"] == "APPLIED"
    assert found["referral"]["client"]["responsible"]["is_you"] is False


def test_a_dry_run_tells_no_more_of_the_owner_than_agreed(hub, city):
    assert city.refer(referral("dry-6") | {"person": person(206)}, **WAIT).status_code == 201
    for oin, desk in ((FUND, "fonds-scholing"), (TWENTE, "gemeente-enschede")):
        draft = referral(f"dry-{oin}", desk=desk, question="WERK") | {"person": person(206)}
        found = rehearse(hub.partner(oin), "/v1/referrals", draft)
        assert found["referral"]["kind"] == "REQUEST"
        assert "gemeente-rotterdam" not in json.dumps(found)


def test_desks(hub, city):
    answer = city.get("/v1/desks")
    assert answer.status_code == 200
    desks = {each["desk"]: each for each in answer.json()["desks"]}
    assert set(desks) == set(WORLD.desks)
    fund = desks["fonds-scholing"]
    assert fund["takes"] == ["SCHOLINGSVOUCHER"]
    assert fund["feedback"] == "none"
    assert fund["has_room"]
    assert not fund["holds"]
    assert desks["jongerenloket"]["successor"] == "gemeente-rotterdam"
    assert not desks["jongerenloket"]["active"]


@pytest.mark.parametrize("path", ["/v1/desks", "/v1/codes"])
def test_what_one_has_is_not_sent_again(city, path):
    first = city.get(path)
    tag = first.headers["etag"]
    assert "private" in first.headers["cache-control"]
    for tags in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = city.http.get(path, headers={"If-None-Match": tags})
        assert again.status_code == 304
        assert not again.content
        assert again.headers["etag"] == tag
    assert city.http.get(path, headers={"If-None-Match": '"other"'}).json() == first.json()


def test_codes(hub, city):
    lists = city.get("/v1/codes").json()["lists"]
    rows = [each.split(",") for each in (hub.folder / "codes.csv").read_text().splitlines()[1:]]
    for row in rows:
        assert row[1] in [each["code"] for each in lists[row[0]]]
    assert sum(map(len, lists.values())) == len(rows)
    labels = {each["code"]: each["label_nl"] for each in lists["question"]}
    assert labels["LEERBAAN"] == "Leerbaan (BBL)"


def test_nobody_finds_out_without_a_token(hub):
    for path in ("/v1/desks", "/v1/codes", "/v1/handovers", "/v1/referrals?dryRun=true"):
        method = httpx.post if "dryRun" in path else httpx.get
        assert method(hub.edges()[0] + path).status_code == 401
