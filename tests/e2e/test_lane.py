"""test_lane - a test token leads to the test lane alone, and made-up people alone go there."""

import httpx
import pytest
from api import BSN, WAIT, Api, ApiHub, a_hub, action, referral
from harness import wait_for
from lanes import LaneHub, Production, somebodys, token_for_tests
from model import persons
from model.world import ROTTERDAM, WSP
from ports import free_ports
from test_api_tls import CLIENT, TABLE, authority, certificate, passed_on

NOBODY = (bsn for bsn in persons.test_bsns() if bsn.startswith("99999"))
MADE_UP = referral("x")["person"] | {"bsn": BSN}


def nobody() -> dict[str, str]:
    """Whom no other test refers."""
    return MADE_UP | {"bsn": next(NOBODY)}


PROXY, OTHER = "127.0.0.2", "127.0.0.3"
NOBODYS_ADDRESS = "192.0.2.1"
SOURCES = [
    {"name": "table", "partner": ROTTERDAM, "connector": "csv"},
    {"name": "sure", "partner": ROTTERDAM, "connector": "csv", "auth": "certificate"},
]


def believes(hub: ApiHub, proxy: str) -> None:
    """What comes with a certificate that another than the proxy passes on, it refuses."""
    authority(hub.folder, "ca")
    hub.lists = {"sources": SOURCES}
    hub.http = {"tls_client_ca_file": '"ca.pem"', "proxies": f'[ "{proxy}" ]'}


@pytest.fixture(scope="module")
def lane(services, tmp_path_factory):
    class Alone(LaneHub):
        def deploy(self) -> None:
            believes(self, NOBODYS_ADDRESS)
            super().deploy()

    with a_hub(services, tmp_path_factory.mktemp("testlane"), Alone) as made:
        yield made


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory, lane):
    class Before(Production):
        lane_url = lane.edges()[0]

        def deploy(self) -> None:
            believes(self, PROXY)
            certificate(self.folder, "city", f"/CN=city/serialNumber={ROTTERDAM}", CLIENT)
            super().deploy()

    with a_hub(services, tmp_path_factory.mktemp("production"), Before) as made:
        yield made


@pytest.fixture
def tester(hub) -> Api:
    """Rotterdam's system that is being tried, at production's address."""
    return Api(hub.edges()[0], ROTTERDAM, token_for_tests(ROTTERDAM))


def references(hub: ApiHub) -> set[str]:
    return {message["reference"] for _, message in hub.decoded("intake")}


def counts(hub: ApiHub) -> dict[str, int]:
    return {topic: len(hub.records(topic)) for topic in ("intake", "rejected", "keys", "access")}


def test_a_referral_with_a_test_token_is_in_the_test_topics_only(hub, lane, tester):
    before = counts(hub)
    answer = tester.refer(referral("try-1") | {"person": nobody()}, **WAIT)
    assert answer.status_code == 201, answer.text
    assert answer.headers["lokethub-lane"] == "test"
    assert answer.headers["api-version"] == "1.0.0"
    assert answer.headers["content-type"] == "application/json"
    location = answer.headers["location"]
    assert location == f"/v1/referrals/{answer.json()['referral']}"
    assert "ref-try-1" in references(lane)
    assert counts(hub) == before

    there = tester.get(location)
    assert there.status_code == 200
    assert there.json()["state"] == answer.json()["state"]
    assert hub.partner(ROTTERDAM).get(location).status_code == 404
    wsp = Api(hub.edges()[0], WSP, token_for_tests(WSP))
    accept = action("ACCEPT", "try-1-a", actor={"worker": "team-1"})
    assert wsp.act(answer.json()["referral"], accept, **WAIT).status_code == 201
    assert tester.get(location).json()["state"] == "ACCEPTED"
    assert counts(hub)["intake"] == before["intake"]


def test_what_is_said_of_production_stays_there(hub, lane):
    answer = hub.partner(ROTTERDAM).refer(referral("real-1") | {"person": nobody()}, **WAIT)
    assert answer.status_code == 201
    assert "lokethub-lane" not in answer.headers
    assert "ref-real-1" in references(hub)
    assert "ref-real-1" not in references(lane)


def test_each_token_is_good_for_one_of_the_two(hub, lane):
    straight = lane.edges()[0]
    assert Api(straight, ROTTERDAM).get("/v1/desks").status_code == 401
    assert Api(straight, ROTTERDAM, token_for_tests(ROTTERDAM)).get("/v1/desks").status_code == 200
    assert Api(straight, ROTTERDAM).refer(referral("no")).status_code == 401
    unknown = Api(hub.edges()[0], ROTTERDAM, token_for_tests("nobody")).get("/v1/desks")
    assert unknown.status_code == 401
    assert "lokethub-lane" not in unknown.headers


WRONG = [
    ("bsn", somebodys("1")),
    ("bsn", somebodys("99991")),
    ("bsn", somebodys("0001")),
    ("email", "kanarie@rotterdam.nl"),
    ("worker_email", "b.adviseur@rotterdam.nl"),
    ("text", f"BSN {somebodys('2')}, belt graag terug"),
    ("own_number", somebodys("3")),
]


def test_who_could_be_somebody_is_refused_on_the_lane(hub, lane, tester):
    """In production all of them are taken."""
    before, refused = counts(hub), len(lane.records("rejected"))
    for number, (field, value) in enumerate(WRONG):
        answer = tester.refer(referral(f"no-{number}") | {"person": MADE_UP | {field: value}})
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert [each["field"] for each in answer.json()["errors"]] == [f"person.{field}"]
        assert "made-up" in answer.json()["errors"][0]["text"]
        assert value not in answer.text
    assert counts(hub) == before
    assert not [name for name in references(lane) if name.startswith("ref-no-")]
    rejections = [rejection for _, rejection in lane.decoded("rejected")][refused:]
    assert len(rejections) == len(WRONG)
    assert {each["code"] for each in rejections} == {"INVALID"}
    assert lane.unseal(rejections[0]["key"], rejections[0]["original"]) == b""
    city = hub.partner(ROTTERDAM)
    for number, (field, value) in enumerate(WRONG):
        person = MADE_UP | {field: value}
        assert city.refer(referral(f"no-{number}") | {"person": person}).status_code == 202


def test_what_the_lane_answers_comes_back_as_it_is(hub, lane, tester):
    straight = Api(lane.edges()[0], ROTTERDAM, token_for_tests(ROTTERDAM))
    requests = [
        ("GET", "/v1/desks", None, {}),
        ("HEAD", "/v1/desks", None, {}),
        ("GET", "/v1/codes", None, {}),
        ("GET", "/v1/referrals/nothing", None, {}),
        ("GET", "/v1/receipts/a%2Fb%20c?system=suite&leg=%26", None, {}),
        ("GET", "/v1/handovers?limit=0", None, {}),
        ("GET", "/v1/handovers?misspelt", None, {}),
        ("POST", "/v1/referrals", b"no json", {"Content-Type": "application/json"}),
        ("POST", "/v1/referrals?dryRun=maybe", b"{}", {"Content-Type": "application/json"}),
        ("POST", "/v1/referrals", b"", {"Content-Type": "application/json"}),
        ("POST", "/v1/signs-of-life", b"[]", {"Content-Type": "application/json"}),
        ("POST", "/v1/in/00000099002000022000/none", b"x", {}),
        ("DELETE", "/v1/referrals", None, {}),
        ("GET", "/v1/nothing", None, {}),
    ]
    for method, path, body, headers in requests:
        given = [
            each.http.request(method, path, content=body, headers=headers)
            for each in (straight, tester)
        ]
        own, passed = ({**each.headers} for each in given)
        for each in (own, passed):
            each.pop("date", None)
        # Those two have no route, so no token is looked at: production answers by itself.
        if method == "DELETE" or path == "/v1/nothing":
            own.pop("lokethub-lane")
        assert given[1].status_code == given[0].status_code, path
        assert given[1].content == given[0].content, path
        assert passed == own, path


def post_from(hub: ApiHub, address: str, source: str, *certificates: str) -> httpx.Response:
    headers = [
        ("Authorization", f"Bearer {token_for_tests(ROTTERDAM)}"),
        ("Content-Type", "text/csv"),
        *(("Client-Cert", passed_on(hub, each)) for each in certificates),
    ]
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=hub.edges()[0], transport=transport, timeout=10) as client:
        path = f"/v1/in/{ROTTERDAM}/{source}"
        return client.post(path, content=TABLE.replace(b"{}", b"lane-table"), headers=headers)


@pytest.mark.parametrize(
    ("address", "source", "certificates", "status"),
    [
        (PROXY, "table", [], 200),
        (PROXY, "table", ["city"], 200),
        (PROXY, "sure", ["city"], 200),
        (PROXY, "sure", [], 401),
        (OTHER, "table", [], 200),
        (OTHER, "table", ["city"], 401),
        (OTHER, "sure", ["city"], 401),
        (OTHER, "sure", [], 401),
    ],
)
def test_certificates_are_looked_at_before_the_lane(
    hub, lane, address, source, certificates, status
):
    """The lane sees none: it would refuse it, as nobody may pass one on there."""
    passed = hub.processes["one"].metric("lokethub_test_lane_passed_total")
    answer = post_from(hub, address, source, *certificates)
    assert answer.status_code == status, answer.text
    assert ("lokethub-lane" in answer.headers) == (status == 200)
    goes_on = hub.processes["one"].metric("lokethub_test_lane_passed_total") - passed
    assert goes_on == (status == 200)
    if status == 401:
        assert "certificate" in answer.json()["detail"]


def test_an_etag_is_the_lanes(hub, lane, tester):
    tag = tester.get("/v1/desks").headers["etag"]
    again = tester.http.get("/v1/desks", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.headers["etag"] == tag


def test_a_body_is_bounded_before_it_goes_on(hub, lane, tester):
    passed = hub.processes["one"].metric("lokethub_test_lane_passed_total")
    assert tester.refer(b"[" * 300_000).status_code == 413
    assert hub.processes["one"].metric("lokethub_test_lane_passed_total") == passed


def test_the_feed_waits_at_the_lane(hub, lane, tester):
    wsp = Api(hub.edges()[0], WSP, token_for_tests(WSP))
    first = wsp.get("/v1/handovers?limit=1000").json()
    assert (
        wsp.http.get(f"/v1/handovers?after={first['after']}", headers={"Prefer": "wait=2"}).json()[
            "handovers"
        ]
        == []
    )
    assert tester.refer(referral("feed-1") | {"person": nobody()}, **WAIT).status_code == 201
    told = wsp.http.get(f"/v1/handovers?after={first['after']}", headers=WAIT).json()
    assert told["handovers"]


def test_a_lane_that_is_away_is_503_and_comes_back(hub, lane, tester):
    before = counts(hub)
    person = nobody()
    away = hub.processes["one"].metric("lokethub_test_lane_away_total")
    lane.processes["one"].end()
    answer = tester.refer(referral("away") | {"person": person})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "9"
    assert "test lane" in answer.json()["detail"]
    assert tester.get("/v1/desks").status_code == 503
    assert hub.processes["one"].metric("lokethub_test_lane_away_total") == away + 2
    meanwhile = referral("meanwhile") | {"person": nobody()}
    assert hub.partner(ROTTERDAM).refer(meanwhile, **WAIT).status_code == 201
    assert counts(hub)["rejected"] == before["rejected"]
    lane.start()
    lane.ready()

    def is_back() -> bool:
        return tester.refer(referral("away") | {"person": person}, **WAIT).status_code == 201

    wait_for("the test lane to be back", is_back, 60)
    assert "ref-away" not in references(hub)


def test_a_lane_that_hangs_holds_nobody_up(hub, lane, tester):
    lane.processes["one"].pause()
    try:
        answer = tester.get("/v1/desks")
    finally:
        lane.processes["one"].resume()
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "9"
    assert hub.partner(ROTTERDAM).get("/v1/desks").status_code == 200


def test_production_stops_with_requests_under_way(services, tmp_path, lane):
    class Before(Production):
        lane_url = f"http://127.0.0.1:{free_ports(1)[0]}"

    with a_hub(services, tmp_path, Before) as other:
        tester = Api(other.edges()[0], ROTTERDAM, token_for_tests(ROTTERDAM))
        assert tester.get("/v1/desks").status_code == 503
        assert other.processes["one"].end() == 0
