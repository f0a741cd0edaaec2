"""test_sources - what partners give in formats of their own: posted, dropped as a file, and by case
only."""

import io
import json
import time
import uuid
from pathlib import Path

import fastavro
import httpx
import pytest
from api import CANARIES, Api, ApiHub, a_hub, person, referral
from confluent_kafka import Producer
from harness import wait_for
from model.wire import MAGIC
from model.world import ROTTERDAM, UWV

EVENTS = "application/cloudevents-batch+json"


def event(draft, **more):
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "type": "nl.voorbeeld.client-verwezen",
        "source": "urn:nld:oin:00000099000000002000:systeem:klantvolg",
        "time": "2026-03-02T09:15:00Z",
        "data": draft,
    } | more


def named(number, case, **body):
    """A referral about somebody of her own, known by her BSN."""
    draft = referral(case, **body)
    draft["person"] = person(number)
    draft.pop("reference", None)
    draft.pop("system", None)
    return draft


def by_case(case, action="SIGN_OF_LIFE", **more):
    return {"case": case, "body": {"StatusChange": {"action": action, **more}}}


def is_action(message):
    return message["body"][0].endswith("StatusChange")


class Partners:
    """A partner that posts and drops CloudEvents."""

    def __init__(self, hub: ApiHub, drop: Path) -> None:
        self.hub = hub
        self.drop = drop
        self.city = hub.partner(ROTTERDAM)

    def post(self, events, oin=ROTTERDAM, name="events", api: Api | None = None, **headers):
        body = events if isinstance(events, bytes) else json.dumps(events).encode()
        headers = {"Content_Type": EVENTS} | headers
        return (api or self.city).post(f"/v1/in/{oin}/{name}", body, **headers)

    def put(self, name, text):
        """As a partner should: written aside, then renamed."""
        aside = self.drop / f"{name}.part"
        aside.write_bytes(text if isinstance(text, bytes) else text.encode())
        aside.rename(self.drop / name)

    def files(self, folder):
        return sorted((self.drop / folder).iterdir()) if (self.drop / folder).is_dir() else []

    def answer(self, folder, name, seconds=30):
        def find():
            found = [each for each in self.files(folder) if f"{name}.answer" in each.name]
            return found[0].read_text() if found else None

        return wait_for(f"an answer about {name} in {folder}/", find, seconds)

    def receipt(self, case, messages, seconds=30):
        """What became of all that was said of the case, once there are so many messages."""

        def find():
            answer = self.city.get(f"/v1/receipts/{case}")
            found = answer.json().get("messages", []) if answer.status_code == 200 else []
            decided = [each for each in found if each["result"] != "IN_FLIGHT"]
            return answer.json() if len(decided) >= messages else None

        return wait_for(f"{messages} messages of {case}", find, seconds)


@pytest.fixture(scope="module")
def partners(services, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    drop = folder / "drop"
    row = {"partner": ROTTERDAM, "connector": "cloudevent"}
    sources = [
        row | {"name": "events", "system": "klantvolg"},
        row | {"name": "files", "system": "klantvolg", "folder": str(drop)},
    ]
    with a_hub(services, folder, lists={"sources": sources}) as hub:
        yield Partners(hub, drop)


def test_posted_events_become_messages_and_204_comes_once_all_is_stored(partners):
    events = [event(named(10 + n, f"posted-{n}")) for n in range(20)]
    answer = partners.post(events)
    assert answer.status_code == 204, answer.text
    stored = [each["case"] for _, each in partners.hub.decoded("intake")]
    assert [f"posted-{n}" for n in range(20)] == [
        case for case in sorted(stored, key=lambda c: int(c.rsplit("-", 1)[1])) if "posted-" in case
    ]
    assert {each["system"] for _, each in partners.hub.decoded("intake")} == {"klantvolg"}
    assert partners.post(events).status_code == 204
    receipt = partners.receipt("posted-3", 2)
    assert [each["result"] for each in receipt["messages"]] == ["APPLIED", "DUPLICATE"]


def test_of_a_batch_only_what_is_wrong_is_refused(partners):
    bad = named(40, "bad-1")
    bad["body"]["Referral"]["question"] = "GELUK"
    answer = partners.post([event(named(41, "good-1")), event(bad)])
    assert answer.status_code == 400, answer.text
    [error] = answer.json()["errors"]
    assert "Referral.question" in error["field"] and "byte" in error["field"]
    assert partners.receipt("good-1", 1)["messages"][0]["result"] == "APPLIED"
    assert partners.city.get("/v1/receipts/bad-1").status_code == 404


def test_what_is_no_event_is_refused_and_recorded(partners):
    before = len(partners.hub.records("rejected"))
    answer = partners.post(b"<xml/>")
    assert answer.status_code == 400, answer.text
    assert "neither an object nor a list" in answer.text
    records = partners.hub.decoded("rejected")
    assert len(records) == before + 1
    _, refusal = records[-1]
    assert (refusal["code"], refusal["partner"]) == ("UNREADABLE", ROTTERDAM)
    assert partners.hub.unseal(refusal["key"], refusal["original"]) == b"<xml/>"


@pytest.mark.parametrize(
    ("oin", "name", "status"),
    [(ROTTERDAM, "nothing", 404), (UWV, "events", 404), ("1", "events", 404)],
)
def test_a_partner_posts_to_its_own_sources_only(partners, oin, name, status):
    assert partners.post([], oin, name).status_code == status


def test_without_a_token_nothing_is_looked_at(partners):
    nobody = Api(partners.hub.edges()[0], ROTTERDAM, "no such token")
    assert partners.post([event(named(42, "no-1"))], api=nobody).status_code == 401
    stranger = partners.hub.partner(UWV)
    assert partners.post([event(named(42, "no-1"))], api=stranger).status_code == 404


def test_an_action_that_names_only_its_case_finds_its_referral(partners):
    """Even if it comes before the referral does."""
    assert partners.post([event(by_case("late-1"))]).status_code == 204
    time.sleep(1)
    assert partners.post([event(named(43, "late-1"))]).status_code == 204
    receipt = partners.receipt("late-1", 2)
    assert [each["result"] for each in receipt["messages"]] == ["APPLIED", "APPLIED"]


def next_in_view(hub, topic, partition):
    """The offset that it reads next."""
    read = json.loads(hub.command("view", "--positions", "--json", node="one"))["positions"]
    return next(
        (each["next"] for each in read if (each["topic"], each["partition"]) == (topic, partition)),
        -1,
    )


def test_an_action_waits_for_the_data_key_of_its_person(partners):
    """A view may read the key that another edge stored after the referral: it was refused."""
    hub = partners.hub
    before = len(hub.records("rejected"))
    assert partners.post([event(by_case("key-1") | {"person": person(45)})]).status_code == 204
    [task] = [each for _, each in hub.decoded("fetch") if each["case"] == "key-1"]
    identity = task["message"]["sealed"]["key"].hex()
    [key] = [each for each in hub.records("keys") if each.key == identity]
    producer = Producer({"bootstrap.servers": hub.services.brokers})

    def put(value):
        """Returns once the view has it, which reads events at a pace of their own."""
        offsets = []

        def note(error, record):
            assert error is None
            offsets.append(record.offset())

        producer.produce(hub.prefix + "keys", value, identity, key.partition, on_delivery=note)
        assert producer.flush(30) == 0
        wait_for("the view", lambda: next_in_view(hub, "keys", key.partition) > offsets[0], 30)

    put(None)
    assert partners.post([event(named(45, "key-1"))]).status_code == 204
    assert partners.receipt("key-1", 1)["messages"][0]["result"] == "APPLIED"
    time.sleep(3)
    said = [each for _, each in hub.decoded("intake") if each["case"] == "key-1"]
    assert not any(map(is_action, said))
    put(key.value)
    receipt = partners.receipt("key-1", 2)
    assert [each["result"] for each in receipt["messages"]] == ["APPLIED", "APPLIED"]
    assert len(hub.records("rejected")) == before


def test_cases_of_one_partner_stay_in_order(partners):
    """Twenty actions of one case, sent before the referral: they come in the order of sending."""
    for n in range(20):
        change = by_case("row-1") | {"reference": f"row-1-{n}"}
        assert partners.post([event(change)]).status_code == 204
    assert partners.post([event(named(44, "row-1"))]).status_code == 204

    def said():
        found = [
            message["reference"]
            for _, message in partners.hub.decoded("intake")
            if message["case"] == "row-1" and is_action(message)
        ]
        return found if len(found) == 20 else None

    assert wait_for("all twenty", said, 60) == [f"row-1-{n}" for n in range(20)]


def test_a_dropped_file_is_taken_and_answered_beside_it(partners):
    lines = [json.dumps(event(named(50 + n, f"file-{n}"))) for n in range(3)]
    bad = named(60, "file-bad")
    bad["body"]["Referral"]["municipality"] = "GM9999"
    partners.put("monday.jsonl", "\n".join([*lines, json.dumps(event(bad))]) + "\n")
    answer = partners.answer("done", "monday.jsonl").splitlines()
    assert [line.split(": ")[1] for line in answer] == ["taken", "taken", "taken", "refused"]
    assert "municipality" in answer[3]

    def files():
        return [each for each in partners.files("done") if each.name.endswith("-monday.jsonl")]

    kept = wait_for("the file beside its answer", files, 30)
    assert len(kept) == 1 and kept[0].read_text().startswith(lines[0])
    assert not (partners.drop / "monday.jsonl").exists()
    assert partners.receipt("file-2", 1)["messages"][0]["result"] == "APPLIED"


def test_the_same_file_again_says_nothing_new(partners):
    text = "\n".join(json.dumps(event(named(61 + n, f"again-{n}"))) for n in range(3)) + "\n"
    for times in (1, 2):
        partners.put("again.jsonl", text)
        wait_for(
            "the file to be done",
            lambda times=times: len(
                [each for each in partners.files("done") if each.name.endswith("-again.jsonl")]
            )
            == times,
            30,
        )
    receipt = partners.receipt("again-1", 2)
    assert [each["result"] for each in receipt["messages"]] == ["APPLIED", "DUPLICATE"]


def test_a_file_that_nobody_understands_is_put_aside_with_the_reason(partners):
    partners.put("picture.jpg", b"\xff\xd8\xff\xe0 no events")
    assert "neither an object nor a list" in partners.answer("refused", "picture.jpg")


def test_a_file_that_is_still_written_is_left_alone(partners):
    (partners.drop / "big.jsonl.part").write_text("not yet")
    (partners.drop / ".hidden").write_text("never")
    time.sleep(3)
    assert (partners.drop / "big.jsonl.part").exists() and (partners.drop / ".hidden").exists()


def test_files_and_cases_survive_a_kill(partners):
    """Killed in the middle: nothing is lost, and what was done already is a duplicate."""
    text = "\n".join(json.dumps(event(named(100 + n, f"kill-{n}"))) for n in range(2000)) + "\n"
    assert partners.post([event(by_case("kill-1999"))]).status_code == 204
    partners.put("kill.jsonl", text)
    process = partners.hub.processes["one"]
    wait_for("the file to be picked up", lambda: not (partners.drop / "kill.jsonl").exists(), 30)
    time.sleep(0.3)
    process.kill()
    partners.hub.start()
    partners.hub.ready()
    partners.answer("done", "kill.jsonl", 120)
    partners.hub.wait_settled(120)
    cases = {
        each["case"]
        for _, each in partners.hub.decoded("intake")
        if each["case"].startswith("kill-")
    }
    assert cases == {f"kill-{n}" for n in range(2000)}
    wait_for(
        "the action of the last case",
        lambda: [
            1
            for _, each in partners.hub.decoded("intake")
            if each["case"] == "kill-1999" and is_action(each)
        ],
        60,
    )


def test_files_of_an_edge_that_is_gone_are_taken_over(partners):
    """Those in work/ of a node whose name has changed were picked up by nobody."""
    gone = partners.drop / "work" / "gone"
    gone.mkdir()
    (gone / "gone.jsonl").write_text(json.dumps(event(named(70, "gone-1"))) + "\n")
    assert partners.answer("done", "gone.jsonl", 60).split(": ")[1].startswith("taken")
    assert partners.receipt("gone-1", 1)["messages"][0]["result"] == "APPLIED"


def test_a_file_that_cannot_be_put_away_holds_up_nothing(partners):
    """It was done again and again, each half second, and no other."""
    done = partners.drop / "done"
    aside = partners.drop / "done-aside"
    log = partners.hub.processes["one"].log
    before = log.read_text().count("cannot be put into done/")
    done.rename(aside)
    try:
        partners.put("first.jsonl", json.dumps(event(named(71, "held-1"))) + "\n")
        wait_for(
            "it to be held",
            lambda: log.read_text().count("cannot be put into done/") > before,
            30,
        )
        partners.put("second.jpg", b"no event")
        partners.answer("refused", "second.jpg")
        assert log.read_text().count("cannot be put into done/") == before + 1
    finally:
        aside.rename(done)
    partners.answer("done", "first.jsonl", 60)
    assert partners.receipt("held-1", 1)["messages"][0]["result"] == "APPLIED"


def newer_task(hub, task):
    """As a hub would write it whose schema has one field more."""
    subject = f"{hub.prefix}fetch-value"
    with httpx.Client(base_url=hub.services.registry, timeout=30) as registry:
        known = registry.get(f"/subjects/{subject}/versions/latest").json()
        schema = json.loads(known["schema"])
        schema["fields"].append({"name": "newer", "type": ["null", "string"], "default": None})
        body = {"schema": json.dumps(schema), "references": known.get("references", [])}
        answer = registry.post(f"/subjects/{subject}/versions", json=body)
        assert answer.status_code == 200, answer.text
    number = answer.json()["id"]
    out = io.BytesIO()
    fastavro.schemaless_writer(out, hub.watch.registry.schema(number), task)
    return MAGIC.pack(0, number) + out.getvalue()


def test_a_task_of_a_newer_hub_waits_for_the_registry(partners):
    """It was passed over, though the partner had been told that it is stored."""
    hub = partners.hub
    before = len(hub.records("rejected"))
    task = {"kind": "GET", "partner": ROTTERDAM, "system": "klantvolg", "connector": "no more"}
    value = newer_task(hub, task | {"resource": "zaken/1", "at": time.time_ns() // 1_000_000})
    log = hub.processes["one"].log
    hub.services.ops("down", "registry")
    try:
        producer = Producer({"bootstrap.servers": hub.services.brokers})
        producer.produce(hub.prefix + "fetch", value, "ab" * 16, 0)
        assert producer.flush(30) == 0
        wait_for("it to be read", lambda: "is not known here" in log.read_text(), 30)
    finally:
        hub.services.ops("up", "registry")
    wait_for("the rejection", lambda: len(hub.records("rejected")) > before, 60)


def test_nothing_personal_outside_of_sealed_values(partners):
    partners.hub.wait_settled(120)
    for topic in ("intake", "events", "clients", "handovers", "rejected", "fetch", "facts"):
        for record in partners.hub.records(topic):
            for canary in CANARIES:
                raw = canary.encode()
                parts = (
                    record.value or b"",
                    str(record.key).encode(),
                    str(record.headers).encode(),
                )
                assert not [part for part in parts if raw in part], (topic, canary)
    log = partners.hub.processes["one"].tail(100000)
    assert not [canary for canary in CANARIES if canary in log]
