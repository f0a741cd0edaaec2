"""test_api_outage - Kafka goes and comes back; nobody is told of a message that is not stored."""

import threading
import time

import httpx
import pytest
from api import ApiHub, person, referral
from harness import status_of, wait_for
from model.world import ROTTERDAM, WORLD


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory):
    folder = tmp_path_factory.mktemp("outage")
    hub = ApiHub(folder, services, WORLD, f"apioutage-{time.time_ns()}.")
    hub.http = {"request_ms": 3000, "retry_after_s": 7}
    hub.deploy()
    hub.start("one", role="edge")
    hub.start("two", role="router")
    hub.ready()
    yield hub
    hub.end()


def slow_reads(city, seconds):
    """How many took over 80 ms: some may meet with a busy machine, but a loop that waits for Kafka
    for 100 ms of each second lets one wait every time."""
    took = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        assert city.get("/v1/referrals/nothing").status_code in (404, 429)
        took.append(time.monotonic() - began)
        time.sleep(0.005)
    return sum(seconds > 0.08 for seconds in took)


@pytest.mark.alone
def test_kafka_goes_and_comes(hub):
    city = hub.partner(ROTTERDAM)
    process = hub.processes["one"]
    told = []
    stop = threading.Event()

    def send():
        number = 0
        own = hub.partner(ROTTERDAM)
        while not stop.is_set():
            number += 1
            body = referral(f"out-{number}") | {"person": person(number % 50)}
            began = time.monotonic()
            status = own.refer(body).status_code
            told.append((body["reference"], status, time.monotonic() - began))
            time.sleep(0.01)

    sender = threading.Thread(target=send)
    sender.start()
    wait_for("messages to flow", lambda: len(told) > 20, 30)
    hub.services.ops("down", "kafka")
    wait_for("a refusal", lambda: any(status == 503 for _, status, _ in told), 30)
    assert wait_for("not to be ready", lambda: status_of(process.admin + "/ready") == 503, 30)
    assert status_of(process.admin + "/live") == 200

    answer = city.refer(referral("while away"))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "7"
    assert city.refer(b"no json at all").status_code == 503
    assert slow_reads(city, 6) < 4

    hub.services.ops("up", "kafka")
    hub.ready(120)
    so_far = len(told)
    wait_for("messages to flow again", lambda: any(s == 202 for _, s, _ in told[so_far:]), 60)
    stop.set()
    sender.join()

    assert {status for _, status, _ in told} == {202, 503}
    assert max(seconds for _, _, seconds in told) < 3 + 2
    stored = {message["reference"] for _, message in hub.decoded("intake")}
    assert [name for name, status, _ in told if status == 202 and name not in stored] == []
    assert "while away" not in stored


def test_a_silent_kafka_is_seen_without_traffic(hub):
    """Its connections stay open, and nobody sends anything that could fail."""
    ready = hub.processes["one"].admin + "/ready"
    wait_for("to be ready", lambda: status_of(ready) == 200, 60)
    with hub.services.silent_kafka():
        wait_for("not to be ready", lambda: status_of(ready) == 503, 15)
        assert hub.partner(ROTTERDAM).refer(referral("in silence")).status_code == 503
    hub.ready(120)


def decided(city, body):
    """The answer to a repeat, once it was decided."""
    answer = city.refer(body, Prefer="wait=5")
    return answer if answer.status_code == 201 else None


def test_what_was_not_acknowledged_is_sent_again_and_falls_away(hub):
    """The broker stands still with the connection open: no answer comes in time.

    It does so for longer than the router's session; edge and router go on without a restart."""
    city = hub.partner(ROTTERDAM)
    body = referral("unknown") | {"person": person(99)}
    city.refer(referral("warm") | {"person": person(98)})
    with hub.services.silent_kafka():
        end = time.monotonic() + 25
        while time.monotonic() < end:
            began = time.monotonic()
            answer = city.refer(body)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "7"
            assert time.monotonic() - began < 3 + 2
            time.sleep(1)
        assert status_of(hub.processes["one"].admin + "/ready") == 503
    hub.ready(60)
    again = wait_for("the repeat to be decided", lambda: decided(city, body), 90)
    assert again.json()["result"] in ("APPLIED", "DUPLICATE")
    receipt = city.get("/v1/receipts/unknown").json()
    results = [each["result"] for each in receipt["messages"]]
    assert results.count("APPLIED") == 1
    assert set(results) <= {"APPLIED", "DUPLICATE"}


def test_it_ends_when_asked_and_loses_nothing(hub):
    told = []

    def send(first):
        own = hub.partner(ROTTERDAM)
        for number in range(first, first + 400):
            body = referral(f"end-{number}") | {"person": person(number % 50)}
            try:
                told.append((body["reference"], own.refer(body).status_code))
            except httpx.HTTPError:
                return

    senders = [threading.Thread(target=send, args=(each * 1000,)) for each in range(4)]
    for sender in senders:
        sender.start()
    wait_for("messages to flow", lambda: len(told) > 40, 30)
    assert hub.processes["one"].end() == 0
    for sender in senders:
        sender.join()
    assert {status for _, status in told} <= {202, 503}
    stored = {message["reference"] for _, message in hub.decoded("intake")}
    assert [name for name, status in told if status == 202 and name not in stored] == []
