"""test_api_http - clients that are wrong, slow, large or lying meet the partner API."""

import json
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest
from api import CANARIES, Api, a_hub, referral
from model.world import FUND, ROTTERDAM

REQUEST_MS = 3000
BODY_BYTES = 20_000


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory):
    limits = {"request_ms": REQUEST_MS, "body_bytes": BODY_BYTES, "json_depth": 16}
    folder = tmp_path_factory.mktemp("http")
    with a_hub(services, folder, http=limits, slow_partner=FUND) as made:
        yield made


class Raw:
    """A socket, for what no HTTP library would send."""

    def __init__(self, hub):
        url = urlsplit(hub.edges()[0])
        self.socket = socket.create_connection((url.hostname, url.port), timeout=10)

    def say(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())

    def hear(self):
        """All until the end of the stream."""
        heard = b""
        while True:
            try:
                piece = self.socket.recv(65536)
            except ConnectionError:
                return heard
            if not piece:
                return heard
            heard += piece


def head(city, **more):
    lines = {
        "Host": "hub",
        "Authorization": city.http.headers["Authorization"],
        "Content-Type": "application/json",
    }
    fields = "".join(f"{name}: {value}\r\n" for name, value in (lines | more).items())
    return f"POST /v1/referrals HTTP/1.1\r\n{fields}"


def problem(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["api-version"] == "1.0.0"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    found = answer.json()
    assert found["status"] == answer.status_code
    assert found["type"].startswith("urn:lokethub:problem:")
    assert found["title"]
    assert not any(canary in answer.text for canary in CANARIES)
    return found


def test_without_a_token_that_is_known(hub, city):
    before = len(hub.records("rejected"))
    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic abc"}):
        answer = httpx.post(
            hub.edges()[0] + "/v1/referrals",
            content=b"{}",
            headers={"Content-Type": "application/json"} | header,
        )
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        problem(answer)
    assert len(hub.records("rejected")) == before
    assert city.get("/v1/receipts/none").status_code == 404


def test_where_no_certificate_counts_one_that_is_passed_on_is_nothing(hub, city):
    passed = {"Client-Cert": ":AAAA:"}
    assert city.http.get("/v1/desks", headers=passed).status_code == 200
    answer = httpx.get(hub.edges()[0] + "/v1/desks", headers=passed)
    assert answer.status_code == 401
    assert "Bearer" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/v1/none", 404, None),
        ("GET", "/v1/referrals/", 404, None),
        ("POST", "/v1/referrals/x/actions/", 404, None),
        ("GET", "/v1/referrals", 405, "POST"),
        ("DELETE", "/v1/referrals/00000000-0000-8000-8000-000000000000", 405, "GET, HEAD"),
        ("PUT", "/v1/receipts/c", 405, "GET, HEAD"),
        ("OPTIONS", "/v1/registrations", 405, "POST"),
        ("POST", "/v1/handovers", 405, "GET, HEAD"),
        ("PATCH", "/v1/desks", 405, "GET, HEAD"),
        ("DELETE", "/v1/openapi.json", 405, "GET, HEAD"),
        ("GET", "/v1/referrals?dryRun=true", 405, "POST"),
        ("GET", "/v1/Handovers", 404, None),
        ("GET", "/v1/handovers/", 404, None),
        ("GET", "/v1/referrals/no-uuid", 404, None),
        ("GET", "/v1/receipts/%zz", 400, None),
        ("GET", "/v1/receipts/a%00b", 400, None),
    ],
)
def test_paths_and_verbs(city, method, path, status, allow):
    answer = city.http.request(method, path)
    assert answer.status_code == status
    assert answer.headers.get("allow") == allow
    problem(answer)


def test_types_of_body_and_answer(city):
    for headers, status in (
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/json; charset=iso-8859-1"}, 415),
        ({"Content-Type": "application/cloudevents-batch+json"}, 415),
        ({"Content-Type": "application/json", "Accept": "text/html"}, 406),
    ):
        answer = city.http.post("/v1/referrals", content=b"{}", headers=headers)
        assert answer.status_code == status
        problem(answer)


def test_bodies_that_are_too_large(city):
    body = json.dumps(referral("big")).encode()
    padded = body + b" " * (BODY_BYTES - len(body))
    assert city.refer(padded).status_code == 202
    assert city.refer(padded + b" ").status_code == 413

    def pieces():
        for _ in range(50):
            yield b" " * 1000

    headers = {"Content-Type": "application/json"}
    answer = city.http.post("/v1/referrals", content=pieces(), headers=headers)
    assert answer.status_code == 413
    problem(answer)
    assert city.refer(b"x" * 100 * BODY_BYTES).status_code == 413


def test_headers_that_are_too_large(city):
    assert city.http.get("/v1/receipts/c", headers={"X": "h" * 9000}).status_code == 431
    many = [("X", "y")] * 80
    assert city.http.get("/v1/receipts/c", headers=many).status_code == 431


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"400"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"400"),
        ("Content-Length: 5\r\nContent-Length: 50\r\n", b"400"),
        ("Transfer-Encoding: gzip\r\n", b"501"),
        ("Content-Length: -5\r\n", b"400"),
        ("Content-Length:\r\n 52\r\n", b"400"),
        ("Transfer-Encoding:\r\n chunked\r\n", b"400"),
        ("X: a\r\n b\r\nContent-Length: 0\r\n", b"400"),
        ("X: a\rContent-Length: 52\r\n", b"400"),
        ("Host: other\r\nContent-Length: 0\r\n", b"400"),
    ],
)
def test_two_ways_to_read_one_request(hub, city, fields, status):
    raw = Raw(hub)
    smuggled = "GET /v1/receipts/smuggled HTTP/1.1\r\nHost: hub\r\n\r\n"
    raw.say(head(city) + fields + "\r\n0\r\n\r\n" + smuggled)
    heard = raw.hear()
    assert heard.startswith(b"HTTP/1.1 " + status)
    assert b"not-found" not in heard


def test_a_length_that_promises_too_much(hub, city):
    raw = Raw(hub)
    body = json.dumps(referral("lying")).encode()
    began = time.monotonic()
    raw.say(head(city) + f"Content-Length: {len(body) + 1}\r\n\r\n")
    raw.say(body)
    heard = raw.hear()
    assert heard.startswith(b"HTTP/1.1 408")
    assert b"API-Version: 1.0.0" in heard
    assert 0.9 * REQUEST_MS / 1000 < time.monotonic() - began < 3 * REQUEST_MS / 1000
    assert city.get("/v1/receipts/lying").status_code == 404


@pytest.mark.parametrize("begin", ["", "POST /v1/refer", "POST /v1/referrals HTTP/1.1\r\nX: "])
def test_slow_heads(hub, begin):
    raw = Raw(hub)
    raw.say(begin)
    if begin.endswith(": "):
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            while time.monotonic() - began < 10:
                raw.say("x")
                time.sleep(0.05)
        assert time.monotonic() - began < 3 * REQUEST_MS / 1000
    raw.socket.close()
    assert hub.processes["one"].is_ready()


@pytest.mark.alone
def test_slow_bodies_do_not_hold_up_others(hub, city):
    slow = [Raw(hub) for _ in range(20)]
    for raw in slow:
        raw.say(head(city) + "Content-Length: 1000\r\n\r\n")
    for turn in range(10):
        for raw in slow:
            raw.say("x")
        began = time.monotonic()
        assert city.refer(referral(f"beside-{turn}")).status_code == 202
        assert time.monotonic() - began < 1
        time.sleep(0.05)
    for raw in slow:
        assert raw.hear().startswith(b"HTTP/1.1 408")
    hub.wait_settled()  # of those beside them, routers may refuse some


BOMBS = {
    "arrays": b"[" * 15000,
    "objects": b'{"a":' * 3500,
    "within": b'{"body":{"Referral":' + b'{"x":' * 2000,
    "not UTF-8": b'{"case":"\xff\xfe"}',
    "cut": b'{"case":"c"',
    "two": b'{"case":"c"}{"case":"d"}',
    "zero": b'{"case":"c"}\0',
    "nothing": b"",
    "number": b"1e999999",
}


def refused(hub):
    """At the door; routers, which reject later, have nothing to do with it."""
    return [each for each in hub.decoded("rejected") if each[1]["refused"]]


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_no_json_is_refused_and_recorded(hub, city, name):
    before = len(refused(hub))
    answer = city.refer(BOMBS[name])
    assert answer.status_code == 400
    assert len(problem(answer)["errors"]) == 1
    found = refused(hub)
    assert len(found) == before + 1
    newest = max(found, key=lambda each: each[0].time)[1]
    assert newest["code"] == "UNREADABLE"


def test_more_than_was_agreed(hub):
    fund = hub.partner(FUND)
    answers = [fund.get("/v1/receipts/c")]
    while answers[-1].status_code == 404 and len(answers) < 100:
        answers.append(fund.get("/v1/receipts/c"))
    *early, late = answers
    assert len(early) >= 5
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) >= 1
    problem(late)
    time.sleep(1)
    assert fund.get("/v1/receipts/c").status_code == 404


def test_the_admin_port(hub, city):
    admin = hub.processes["one"].admin
    assert httpx.get(admin + "/live").status_code == 200
    assert httpx.get(admin + "/ready").status_code == 200
    city.refer(referral("counted"))
    lines = hub.processes["one"].metrics()
    found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert int(found['lokethub_http_answers_total{status="202"}']) > 0
    assert int(found[f'lokethub_intake_stored_total{{partner="{ROTTERDAM}"}}']) > 0
    assert httpx.get(admin + "/v1/receipts/c").status_code == 404


def test_connections_are_kept(hub, city):
    url = urlsplit(hub.edges()[0])
    raw = Raw(hub)
    for turn in range(3):
        body = json.dumps(referral(f"kept-{turn}")).encode()
        raw.say(head(city) + f"Content-Length: {len(body)}\r\n\r\n")
        raw.say(body)
        heard = b""
        while b'"STORED"' not in heard:
            heard += raw.socket.recv(65536)
        assert b"Connection: close" not in heard
    assert url.port
    raw.socket.close()


def test_a_token_is_one_partners(hub):
    stranger = Api(hub.edges()[0], ROTTERDAM, token="x" * 5000)
    assert stranger.get("/v1/receipts/c").status_code == 401
