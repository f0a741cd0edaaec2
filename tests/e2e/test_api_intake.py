"""test_api_intake - what partners say lies in Kafka sealed and once; what they ask is answered."""

import json
import time
import uuid

import pytest
from api import (
    BSN,
    CANARIES,
    PERSON,
    TOPICS,
    WAIT,
    a_hub,
    action,
    identifier,
    person,
    person_of,
    pseudonym,
    referral,
)
from model.world import FUND, ROTTERDAM, SCHOOL, TWENTE, UWV, WORLD, WSP


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory):
    patient = {"view": {"wait_ms": 20_000}}
    with a_hub(services, tmp_path_factory.mktemp("intake"), settings=patient) as made:
        yield made


def bytes_of(name):
    return uuid.UUID(name).bytes


def stored(hub, answer):
    """The intake record of a message, and what it holds."""
    message = bytes_of(answer.json()["message"])
    found = [each for each in hub.decoded("intake") if each[1]["id"] == message]
    assert found
    return found[-1]


def decided(hub, answer):
    return [
        event
        for _, event in hub.decoded("events")
        if event["message"] == bytes_of(answer.json()["message"])
    ]


def test_a_referral_is_stored_sealed_under_a_pseudonym(hub, city):
    body = referral("first")
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = city.refer(body, traceparent=trace)
    assert answer.status_code == 202
    name = answer.json()["referral"]
    assert answer.headers["location"] == f"/v1/referrals/{name}"
    record, message = stored(hub, answer)

    client = pseudonym(hub.secret("pseudonym"), "client/bsn", BSN)
    assert message["client"] == client
    assert record.key == client.hex()
    assert record.partition == (client[0] << 4 | client[1] >> 4) % 12
    made = identifier(hub.secret("id"), "referral", ROTTERDAM, "suite", "first", "", client)
    made[0], made[1] = client[0], client[1] & 0xF0 | made[1] & 0x0F
    assert bytes_of(name) == bytes(made)
    assert message["body"][1]["referral"] == bytes(made)
    assert message["id"] == bytes(
        identifier(hub.secret("id"), "message", ROTTERDAM, "suite", "ref-first")
    )
    match = pseudonym(hub.secret("pseudonym"), "match", "kanarievogel", "2001-05-30")
    assert message["match"] == match[:8]
    assert message["trace"] == trace
    assert record.headers["traceparent"] == trace
    assert uuid.UUID(record.headers["ce_id"]).bytes == message["id"]

    sealed = message["sealed"]
    assert sealed["key"][:16] == client
    clear = person_of(hub.unseal(sealed["key"], sealed["box"]))
    assert {name: value for name, value in clear.items() if value is not None} == PERSON


def test_one_data_key_per_client(hub, city):
    first = stored(hub, city.refer(referral("key-1") | {"person": person(1)}))[1]
    again = stored(hub, city.refer(referral("key-2") | {"person": person(1)}))[1]
    other = stored(hub, city.refer(referral("key-3") | {"person": person(2)}))[1]
    assert first["sealed"]["key"] == again["sealed"]["key"] != other["sealed"]["key"]
    keys = [each["key"] for _, each in hub.decoded("keys")]
    assert keys.count(first["sealed"]["key"]) == 1
    nonces = [each["sealed"]["box"][:24] for each in (first, again, other)]
    assert len(set(nonces)) == 3


def test_a_restarted_hub_goes_on_with_the_same_key(hub, city):
    before = stored(hub, city.refer(referral("restart-1") | {"person": person(3)}))[1]
    city.get("/v1/receipts/restart-1")
    process = hub.processes["one"]
    assert process.end() == 0
    hub.start()
    hub.ready()
    again = stored(hub, hub.partner(ROTTERDAM).refer(referral("restart-2") | {"person": person(3)}))
    assert again[1]["sealed"]["key"] == before["sealed"]["key"]


def test_the_same_again_gets_the_same_answer(hub, city):
    body = referral("again") | {"person": person(4)}
    first, second = city.refer(body, **WAIT), city.refer(body, **WAIT)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["result"] == "APPLIED"
    assert second.json()["result"] == "DUPLICATE"
    assert first.json()["referral"] == second.json()["referral"]
    other = body | {"person": person(4) | {"phone": "0687654321"}}
    conflict = city.refer(other, **WAIT)
    assert conflict.status_code == 409
    assert conflict.json()["code"] == "CONFLICT"


def test_cloud_events(hub, city):
    draft = referral("event") | {"person": person(5)}
    del draft["reference"]
    event = {"specversion": "1.0", "id": "event-1", "source": "/suite", "type": "nl.verwijzing"}
    structured = city.refer(
        event | {"data": draft}, Content_Type="application/cloudevents+json; charset=utf-8"
    )
    binary = city.refer(draft, **{f"ce_{name}": value for name, value in event.items()})
    assert (structured.status_code, binary.status_code) == (202, 202)
    assert structured.json() == binary.json()
    assert stored(hub, structured)[1]["reference"] == "event-1"
    for bad, field in (
        ({"specversion": "0.3"}, "specversion"),
        ({"id": ""}, "id"),
        ({"data": 7}, "data"),
        ({"data": draft | {"case": None}}, "data.case"),
    ):
        answer = city.refer(
            event | {"data": draft} | bad, Content_Type="application/cloudevents+json"
        )
        assert answer.status_code == 400
        assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_a_reference_is_derived_where_there_is_none(hub, city):
    body = referral("derived") | {"person": person(6)}
    del body["reference"]
    first, again = city.refer(body, **WAIT), city.refer(body, **WAIT)
    body["person"]["phone"] = "0699999999"
    changed = city.refer(body, **WAIT)
    body["person"]["phone"] = PERSON["phone"]
    back = city.refer(body, **WAIT)
    assert [each.json()["result"] for each in (first, again, changed, back)] == [
        "APPLIED",
        "DUPLICATE",
        "APPLIED",
        "APPLIED",
    ]
    assert stored(hub, first)[1]["derived_reference"]


def test_all_that_is_wrong_at_once(hub, city):
    body = referral("wrong", to_desk="nergens", question="GELUK", municipality="GM9999")
    del body["case"]
    body["person"] |= {"bsn": "999990018", "Kanarievogel": 1}
    body["body"]["Referral"]["urgency"] = 7
    before = len(hub.records("intake"))
    answer = city.refer(body)
    assert answer.status_code == 400
    errors = {each["field"]: each for each in answer.json()["errors"]}
    assert set(errors) == {
        "case",
        "person.bsn",
        "person.Kanarievogel",
        "body.Referral.question",
        "body.Referral.to_desk",
        "body.Referral.municipality",
        "body.Referral.urgency",
    }
    assert errors["body.Referral.question"]["example"]
    assert "999990018" not in answer.text
    assert len(hub.records("intake")) == before


def test_a_refusal_is_recorded_and_its_original_sealed(hub, city):
    body = json.dumps({"Kanarievogel": "Zingt graag in de ochtend", "case": "refused"}).encode()
    assert city.refer(body).status_code == 400
    record, rejection = max(hub.decoded("rejected"), key=lambda each: each[0].time)
    assert record.key == ROTTERDAM
    assert rejection["refused"]
    assert rejection["code"] == "INVALID"
    assert rejection["partner"] == ROTTERDAM
    assert rejection["owner"] == "gemeente-rotterdam"
    assert rejection["form"] == "SEALED"
    assert hub.unseal(rejection["key"], rejection["original"]) == body
    month = time.strftime("%Y-%m", time.gmtime())
    owner = identifier(hub.secret("id"), "key/month", ROTTERDAM, month)
    assert rejection["key"][:6] == bytes(owner[:6])
    assert "Kanarie" not in json.dumps([rejection["text"], rejection["field"]])
    newest = city.refer(json.dumps({"Kanarievogel": 1, **referral("only-name")}).encode())
    assert [each["field"] for each in newest.json()["errors"]] == ["Kanarievogel"]
    assert max(hub.decoded("rejected"), key=lambda each: each[0].time)[1]["field"] is None


def test_registrations(hub):
    school = hub.partner(SCHOOL)
    body = referral("self", desk=None, origin="SELF") | {"person": person(7)}
    answer = school.post("/v1/registrations", body, **WAIT)
    assert answer.status_code == 201
    assert answer.json()["client"]["status"] == "OPEN"
    refused = school.post("/v1/registrations", referral("self-2", desk="roc-maas"))
    assert [each["field"] for each in refused.json()["errors"]] == ["body.Referral.from_desk"]
    refused = school.refer(referral("self-3", desk=None))
    assert [each["field"] for each in refused.json()["errors"]] == ["body.Referral.from_desk"]
    refused = school.refer(referral("self-4", desk="gemeente-rotterdam"))
    assert [each["field"] for each in refused.json()["errors"]] == ["body.Referral.from_desk"]


def offered(city, number, **body):
    """A referral to the WSP; its id."""
    draft = referral(f"offer-{number}", to_desk="wsp-rijnmond", **body) | {"person": person(number)}
    answer = city.refer(draft, **WAIT)
    assert answer.status_code == 201, answer.text
    return answer.json()["referral"]


def test_actions_are_answered_with_what_was_decided(hub, city, wsp):
    name = offered(city, 20)
    taken = wsp.act(name, action("ACCEPT", "a1", actor={"worker": "team-1"}), **WAIT)
    assert taken.status_code == 201
    assert taken.json()["state"] == "ACCEPTED"
    assert taken.json()["client"]["responsible"]["is_you"]
    twice = wsp.act(name, action("ACCEPT", "a2", actor={"worker": "team-1"}), **WAIT)
    assert twice.status_code == 409
    found = twice.json()
    assert found["code"] == "ILLEGAL"
    assert found["state"] == "ACCEPTED"
    assert "COMPLETE" in found["actions"]["wsp-rijnmond"]
    assert found["detail"]
    shown = wsp.get(f"/v1/referrals/{name}").json()
    for member in ("client", "state", "version", "actions"):
        assert found[member] == shown[member]
    assert found["client"]["responsible"]["is_you"]
    assert found["client"]["responsible"]["since"]
    assert found["client"]["next_action"]["duty"] == "CONTACT_CLIENT"
    assert found["client"]["next_action"]["by"]
    ended = {"outcome": "ADVICE_GIVEN", "next_step": "NONE", "seen_version": found["version"] - 1}
    stale = wsp.act(name, action("COMPLETE", "a3", **ended), **WAIT)
    assert (stale.status_code, stale.json()["code"]) == (409, "STALE")
    assert stale.json()["client"] == shown["client"]


def test_texts_of_an_action_are_sealed_under_the_referrals_key(hub, city, wsp):
    name = offered(city, 21)
    reasons = {"reason": "NO_CAPACITY", "suggested_desk": "unknown"}
    body = action("DECLINE", "d1", **reasons) | {"person": {"text": PERSON["text"]}}
    answer = wsp.act(name, body, **WAIT)
    assert answer.status_code == 201
    record, message = stored(hub, answer)
    assert record.key == name.replace("-", "")
    assert message["client"] is None
    assert message["body"][1]["has_text"]
    assert message["body"][1]["actor"]["partner"] == WSP
    assert message["sealed"]["key"][:16] == bytes_of(name)
    clear = person_of(hub.unseal(message["sealed"]["key"], message["sealed"]["box"]))
    assert clear["text"] == PERSON["text"]


def test_actions_that_are_refused(hub, city, wsp):
    name = offered(city, 22)
    cases = [
        (action("ACCEPT", "x1", actor={"desk": "gemeente-rotterdam"}), "actor.desk"),
        (action("ACCEPT", "x2", actor={"role": "HUB"}), "actor.role"),
        (action("ACCEPT", "x3", actor={"partner": ROTTERDAM}), "actor.partner"),
        (action("ACCEPT", "x4", has_text=True), "has_text"),
        (action("JUGGLE", "x5"), "action"),
        (action("ACCEPT", "x6", referral="00000000-0000-8000-8000-000000000000"), "referral"),
    ]
    for body, field in cases:
        answer = wsp.act(name, body)
        assert answer.status_code == 400
        fields = [each["field"] for each in answer.json()["errors"]]
        assert fields == [f"body.StatusChange.{field}"]
    assert wsp.act(name, referral("in the wrong place")).status_code == 400
    assert city.refer(action("ACCEPT", "x7")).status_code == 400


def test_a_partner_sees_only_its_own(hub, city, wsp):
    name = offered(city, 23)
    assert city.get(f"/v1/referrals/{name}").status_code == 200
    assert wsp.get(f"/v1/referrals/{name}").status_code == 200
    for stranger in (hub.partner(UWV), hub.partner(FUND)):
        answer = stranger.get(f"/v1/referrals/{name}")
        assert answer.status_code == 404
        assert answer.json() == hub.partner(FUND).get(f"/v1/referrals/{uuid.uuid4()}").json()
        assert stranger.get("/v1/receipts/offer-23").status_code == 404


def test_who_has_my_client(hub, city, wsp):
    name = offered(city, 24)
    before = city.get(f"/v1/referrals/{name}").json()
    assert before["complete"]
    assert before["state"] in ("SUBMITTED", "OFFERED")
    assert before["client"]["responsible"] == {
        "is_you": True,
        "desk": "gemeente-rotterdam",
        "kind": "MUNICIPALITY",
        "since": before["client"]["responsible"]["since"],
    }
    assert before["client"]["next_action"]["by"]
    assert "CANCEL" in before["actions"]["gemeente-rotterdam"]
    accepted = wsp.act(name, action("ACCEPT", "w1", actor={"worker": "team-1"}), **WAIT)
    after = city.get(f"/v1/referrals/{name}").json()
    assert not after["client"]["responsible"]["is_you"]
    assert after["client"]["responsible"]["since"] >= before["client"]["responsible"]["since"]
    assert after["version"] == accepted.json()["version"]


def test_the_owner_is_disclosed_as_far_as_agreed(hub, city):
    name = offered(city, 25)
    assert city.get(f"/v1/referrals/{name}").status_code == 200
    for oin, desk, shown in (
        (FUND, "fonds-scholing", set()),
        (TWENTE, "gemeente-enschede", {"kind"}),
        (UWV, "uwv-rijnmond", {"kind", "desk"}),
    ):
        partner = hub.partner(oin)
        expected = WORLD.partners[oin].disclose_owner
        draft = referral(f"cross-{desk}", desk=desk, question="WERK") | {"person": person(25)}
        answer = partner.refer(draft, **WAIT)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert found["kind"] == "REQUEST"
        responsible = set(found["client"]["responsible"]) - {"is_you", "since"}
        assert responsible == shown, expected
        if "desk" not in shown:
            assert "gemeente-rotterdam" not in answer.text


def test_a_read_sees_what_was_sent_before(hub, city):
    for number in range(30, 40):
        name = city.refer(referral(f"read-{number}") | {"person": person(number)}).json()[
            "referral"
        ]
        answer = city.get(f"/v1/referrals/{name}")
        assert answer.status_code == 200
        assert answer.json()["complete"]
        receipt = city.get(f"/v1/receipts/read-{number}").json()
        assert [each["result"] for each in receipt["messages"]] == ["APPLIED"]


def test_receipts(hub, city):
    base = referral("case / 7") | {"person": person(41)}
    city.refer(base, **WAIT)
    group = {"group": "g", "question": "WERK"}
    legs = {"a": "wsp-rijnmond", "b": "uwv-rijnmond"}
    for leg, desk in legs.items():
        draft = referral("legs", to_desk=desk, **group) | {"person": person(42)}
        city.refer(draft | {"leg": leg, "reference": f"legs-{leg}"}, **WAIT)
    city.refer(base | {"reference": "other", "case": "case / 7", "system": "other"}, **WAIT)

    both = city.get("/v1/receipts/case%20%2F%207").json()
    assert [each["reference"] for each in both["messages"]] == ["ref-case / 7", "other"]
    one = city.get("/v1/receipts/case%20%2F%207?system=suite").json()
    assert [each["reference"] for each in one["messages"]] == ["ref-case / 7"]
    assert city.get("/v1/receipts/case%20%2F%207?system=none").status_code == 404
    all_legs = city.get("/v1/receipts/legs").json()
    assert len(all_legs["referrals"]) == 2
    one_leg = city.get("/v1/receipts/legs?leg=b").json()
    assert [each["target"] for each in one_leg["referrals"]] == ["uwv-rijnmond"]
    assert hub.partner(UWV).get("/v1/receipts/legs").status_code == 404


def test_the_sum_closes(hub, city):
    lines = hub.processes["one"].metrics()
    found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    refused = sum(int(v) for k, v in found.items() if k.startswith("lokethub_intake_refused_total"))
    assert int(found['lokethub_http_answers_total{status="400"}']) == refused


def test_nothing_personal_anywhere(hub):
    """Not in keys, headers and values of any topic, in no log, no file, no metric."""
    people = [person(number) for number in range(1, 43)]
    words = [word.encode() for word in (*CANARIES, *(each["bsn"] for each in people))]
    hub.wait_settled()
    for topic in TOPICS:
        for record in hub.records(topic):
            whole = (
                record.key.encode() + json.dumps(record.headers).encode() + (record.value or b"")
            )
            assert not [word for word in words if word in whole], topic
    log = hub.processes["one"].log.read_bytes()
    metrics = "\n".join(hub.processes["one"].metrics()).encode()
    files = [path for path in hub.folder.glob("data-*/**/*") if path.is_file()]
    assert files
    for text in (log, metrics, *(path.read_bytes() for path in files)):
        assert not [word for word in words if word in text]
