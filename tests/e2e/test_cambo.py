"""test_cambo - applications at schools: polled over mutual TLS, at once where that is notified."""

import ssl
import time
from collections import Counter

import httpx
import pytest
from api import Api, ApiHub, a_hub, person
from harness import wait_for
from model.world import ROTTERDAM
from oauth import BASIC, CERTIFICATE, FORM, Client
from test_api_tls import CLIENT, SERVER, authority, certificate
from vca import LIST, TYPE, Vca

pytestmark = pytest.mark.peers

OIN = "00000099000000001000"
HOUR_S = 3600
QUIET_S = 2.5
SECRET = "a:secret & 100% = of this+test"
NOTICE = {
    "koppelpuntCode": "0234AS",
    "koppelpuntNaam": "Overstapsysteem Voorbeeld",
    "geschatteNieuweAanmeldingen": 1,
}
SETTINGS = {
    "path": "koppelpunt/0234AS/aanmelding",
    "koppelpunt": "0234AS",
    "question": "WERK",
    "question_bbl": "LEERBAAN",
    "schools": (("99XX", "municipality=GM0599"),),
    "statuses": (("LI", "CANCEL reason=CLIENT_DECLINED"),),
}


def make_certificates(folder):
    authority(folder, "ca")
    authority(folder, "stranger")
    subject = f"/O=Lokethub/CN=hub.example/serialNumber={OIN}"
    certificate(folder, "server", "/CN=127.0.0.1", SERVER)
    certificate(folder, "hub", subject, CLIENT)
    certificate(folder, "foreign", subject, CLIENT, issuer="stranger")
    certificate(folder, "other", "/CN=other.example/serialNumber=00000099000000009999", CLIENT)


def endpoint(vca, folder, name, **more):
    return {
        "name": name,
        "url": f"{vca.url}/cambo/rest/v1",
        "allow_private": True,
        "ca_file": str(folder / "ca.pem"),
        "auth": "oauth2",
        "client_id": OIN,
        "token_url": vca.authority.token_url,
    } | more


def by_certificate(vca, folder, name, shown):
    files = {"cert_file": str(folder / f"{shown}.pem"), "key_file": str(folder / f"{shown}.key")}
    return endpoint(vca, folder, name, **files)


def by_secret(vca, folder, name, where, secret):
    """where: the secret stands in."""
    path = folder / "secrets" / f"{name}.secret"
    path.parent.mkdir(exist_ok=True)
    path.write_text(secret + "\n")
    return endpoint(vca, folder, name, token_auth=where, secret_file=path.name)


def source(name, more=None):
    return {
        "name": name,
        "partner": ROTTERDAM,
        "connector": "cambo",
        "endpoint": name,
        "system": name,
        "poll_interval_s": HOUR_S,
        "settings": SETTINGS,
    } | (more or {})


class Schools:
    """CAMBO, the hub, and what became of the applications there; others, by the client's way."""

    def __init__(self, hub, vca, others):
        self.hub = hub
        self.vca = vca
        self.others = others
        self.api = hub.partner(ROTTERDAM)

    def apply(self, number, vca=None, **members):
        keten = f"99XX:{number:08d}"
        who = {"pgn": person(number)["bsn"], "status": "AO", "leeratraject": "BOL"}
        (vca or self.vca).put(keten, **who | members)
        return keten

    def notify(self, notice=None, api: Api | None = None, source="cambo"):
        return (api or self.api).post(f"/v1/in/{ROTTERDAM}/{source}", notice or NOTICE)

    def tries_of(self, source):
        """What the hub says of a source that cannot be polled."""
        log = self.hub.processes["one"].log
        where = f"{ROTTERDAM}/{source} "

        def find():
            return [line for line in log.read_text().splitlines() if where in line]

        return wait_for(f"a try of {source}", find, 30)

    def said(self, keten):
        """What was decided of its messages."""
        answer = self.api.get(f"/v1/receipts/{keten}")
        messages = answer.json()["messages"] if answer.status_code == 200 else []
        return Counter(each["result"] for each in messages)

    def wait_for_applied(self, keten, count=1, seconds=20):
        wait_for(
            f"{count} messages of {keten}",
            lambda: self.said(keten)["APPLIED"] >= count,
            seconds,
        )

    def poll_since(self, moment):
        """When the first one began."""
        return wait_for(
            "a poll", lambda: next((at for at, _ in self.vca.asked if at > moment), None), 10
        )

    def quiet(self):
        """Nothing is polled for a while: the number of requests so far."""
        last = time.monotonic()
        while (left := last + QUIET_S - time.monotonic()) > 0:
            time.sleep(left)
            last = max([last, *(at for at, _ in self.vca.asked[-1:])])
        return len(self.vca.asked)


@pytest.fixture(scope="module")
def schools(services, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cambo")
    make_certificates(folder)
    vca = Vca(folder, Client(OIN, CERTIFICATE), ssl.CERT_REQUIRED)
    others = {way: Vca(folder, Client(OIN, way, SECRET), ssl.CERT_NONE) for way in (FORM, BASIC)}
    names = {"cambo": "hub", "foreign": "foreign", "other": "other"}
    endpoints = [by_certificate(vca, folder, *each) for each in names.items()]
    endpoints += [
        by_secret(others[way], folder, name, where, secret)
        for name, way, where, secret in (
            ("form", FORM, "form", SECRET),
            ("basic", BASIC, "basic", SECRET),
            ("wrong-form", FORM, "form", SECRET[:-1]),
            ("wrong-basic", BASIC, "basic", SECRET[:-1]),
            ("wrong-place", BASIC, "form", SECRET),
        )
    ]
    lists = {
        "endpoints": endpoints,
        "sources": [source(each["name"]) for each in endpoints],
    }
    vca.put("99XX:00000001", pgn=person(1)["bsn"], status="AO", leeratraject="BBL")
    try:
        with a_hub(services, folder, ApiHub, lists=lists) as hub:
            yield Schools(hub, vca, others)
    finally:
        for each in (vca, *others.values()):
            each.end()


@pytest.fixture(autouse=True)
def as_usual(schools):
    yield
    schools.vca.page, schools.vca.slow_s = 1000, 0.0
    schools.vca.authority.lifetime_s = 7200


def test_what_was_there_before_is_a_registration(schools):
    schools.wait_for_applied("99XX:00000001", 1, 60)
    [referral] = schools.api.get("/v1/receipts/99XX:00000001").json()["referrals"]
    assert referral["state"] in ("SUBMITTED", "OFFERED", "ACCEPTED")
    [message] = [
        each
        for _, each in schools.hub.decoded("intake")
        if each["case"] == "99XX:00000001" and each["body"][0].endswith("Referral")
    ][:1]
    assert message["body"][1]["from_desk"] is None
    assert message["body"][1]["question"] == "LEERBAAN"


def test_the_certificate_alone_gets_a_token(schools):
    right = {"grant_type": "client_credentials", "client_id": OIN}
    asked = wait_for("a token", lambda: list(schools.vca.authority.asked), 30)
    assert 200 in [status for _, status in asked]
    assert all(form == right for form, _ in asked)


@pytest.mark.parametrize("name", ["foreign", "other"])
def test_no_other_certificate_does(schools, name):
    """One of an authority that CAMBO does not know, and one of somebody else."""
    found = schools.tries_of(name)
    assert all("no token from token_url" in line for line in found), found


@pytest.mark.parametrize(("name", "way", "number"), [("form", FORM, 95), ("basic", BASIC, 96)])
def test_a_secret_gets_a_token_where_the_server_wants_it(schools, name, way, number):
    vca = schools.others[way]
    keten = schools.apply(number, vca)
    schools.notify(source=name)
    schools.wait_for_applied(keten)
    forms = [form for form, status in vca.authority.asked if status == 200]
    assert forms and all(("client_secret" in form) == (way == FORM) for form in forms)
    assert not vca.refused


@pytest.mark.parametrize("name", ["wrong-form", "wrong-basic", "wrong-place"])
def test_a_secret_that_is_wrong_gets_none(schools, name):
    found = schools.tries_of(name)
    assert all("no token from token_url: status 40" in line for line in found), found
    assert not any(SECRET[2:-1] in line for line in found)


@pytest.mark.alone
def test_a_notification_leads_to_a_poll_at_once(schools):
    for number in (11, 12):
        schools.quiet()
        keten = schools.apply(number)
        before = time.monotonic()
        assert schools.notify().status_code == 204
        assert schools.poll_since(before) - before < 2
        schools.wait_for_applied(keten)
    right_behind = schools.apply(13)
    schools.notify()
    schools.wait_for_applied(right_behind)


def test_statuses_are_what_the_settings_say(schools):
    keten = schools.apply(20)
    schools.notify()
    schools.wait_for_applied(keten)
    schools.apply(20, status="LI")
    schools.notify()
    schools.wait_for_applied(keten, 2)
    receipt = schools.api.get(f"/v1/receipts/{keten}").json()
    assert receipt["referrals"][0]["state"] in ("CANCELLED", "CANCEL_REQUESTED")
    unknown = schools.apply(21)
    schools.notify()
    schools.wait_for_applied(unknown)
    schools.apply(21, status="OO")
    schools.notify()
    wait_for(
        "what nobody understands to be told",
        lambda: [
            each for _, each in schools.hub.decoded("rejected") if each["code"] == "UNKNOWN_CODE"
        ],
        20,
    )
    raw = [
        each["body"][1]["raw"]
        for _, each in schools.hub.decoded("intake")
        if each["case"] == unknown and each["body"][0].endswith("StatusChange")
    ]
    assert raw and all((each["scheme"], each["code"]) == ("overstapsysteem", "OO") for each in raw)


def test_a_storm_of_notifications_is_no_storm_of_polls(schools):
    before = schools.quiet()
    schools.vca.slow_s = 0.5
    keten = schools.apply(30)
    answers = Counter(schools.notify().status_code for _ in range(100))
    assert answers == {204: 100}
    schools.wait_for_applied(keten)
    schools.apply(30, leeratraject="BBL")
    schools.notify()
    schools.wait_for_applied(keten, 2)
    began = [at for at, _ in schools.vca.asked[before:]]
    assert schools.quiet() - before <= 12
    assert all(b - a >= 0.5 for a, b in zip(began, began[1:], strict=False))


def test_a_notification_of_another_koppelpunt_leads_to_nothing(schools):
    before = schools.quiet()
    assert schools.notify(NOTICE | {"koppelpuntCode": "0234as"}).status_code == 204
    assert schools.quiet() == before


def test_a_notification_without_a_code_is_refused_in_its_own_form(schools):
    answer = schools.notify({"koppelpuntNaam": "Voorbeeld"})
    assert answer.status_code == 400
    assert answer.json() == {"foutmelding": "koppelpuntCode is missing, or no text"}


def test_all_pages_of_an_answer_are_read(schools):
    schools.vca.page = 3
    ketens = [schools.apply(40 + n) for n in range(10)]
    schools.notify()
    for keten in ketens:
        schools.wait_for_applied(keten, 1, 20)


def test_a_token_that_was_revoked_is_got_anew(schools):
    schools.quiet()
    before = schools.vca.refused, len(schools.vca.authority.tokens)
    schools.vca.authority.revoke_all()
    keten = schools.apply(55)
    schools.notify()
    schools.wait_for_applied(keten)
    assert (schools.vca.refused, len(schools.vca.authority.tokens)) == (
        before[0] + 1,
        before[1] + 1,
    )


def test_a_token_is_renewed_before_it_expires(schools):
    vca, authority = schools.vca, schools.vca.authority
    authority.lifetime_s = 3
    authority.revoke_all()
    schools.notify()
    schools.quiet()
    refused, given = vca.refused, len(authority.tokens)
    for number in range(56, 60):
        keten = schools.apply(number)
        schools.notify()
        schools.wait_for_applied(keten)
        time.sleep(1)
    assert len(authority.tokens) >= given + 2
    assert vca.refused == refused


def test_a_token_that_has_expired_is_refused(schools):
    """By the server that all of the above believes."""
    authority = schools.vca.authority
    context = ssl.create_default_context(cafile=schools.hub.folder / "ca.pem")
    context.load_cert_chain(schools.hub.folder / "hub.pem", schools.hub.folder / "hub.key")
    form = {"grant_type": "client_credentials", "client_id": OIN}
    authority.lifetime_s = 1
    with httpx.Client(verify=context, headers={"Accept": TYPE}) as http:
        token = http.post(authority.token_url, data=form).json()["access_token"]
        shown = {"Authorization": f"Bearer {token}"}
        assert http.get(schools.vca.url + LIST, headers=shown).status_code == 200
        assert (
            http.get(schools.vca.url + LIST, headers={"Authorization": "Bearer x"}).status_code
            == 401
        )
        time.sleep(1.1)
        assert http.get(schools.vca.url + LIST, headers=shown).status_code == 401


def is_over(row):
    return row["status"] == "LI"


@pytest.mark.parametrize("refuses", [True, False])
def test_numbers_that_begin_anew_lose_nothing(schools, refuses):
    """The hub asks from a number that CAMBO has not reached again: it says so, or gives no rows."""
    schools.vca.number += 1000
    last = schools.apply(62 + 10 * refuses)
    schools.notify()
    schools.wait_for_applied(last)
    schools.quiet()
    schools.vca.refuses = refuses
    before = [each for each in schools.vca.rows if schools.said(each)["APPLIED"]]
    ended = {each: schools.said(each) for each in before if is_over(schools.vca.rows[each])}
    assert ended
    schools.vca.restore()
    keten = schools.apply(60 + 10 * refuses)
    schools.notify()
    schools.wait_for_applied(keten)
    assert "" in [query for _, query in schools.vca.asked[-3:]]
    schools.quiet()
    for each in before:
        [_] = schools.api.get(f"/v1/receipts/{each}").json()["referrals"]
    schools.hub.wait_settled(60)
    for each, said in ended.items():
        again = schools.said(each) - said
        assert set(again) == {"DUPLICATE"}, f"{each} ended once more: {again}"
    more = schools.apply(61 + 10 * refuses)
    schools.notify()
    schools.wait_for_applied(more)


def test_the_books_are_right(schools):
    report = schools.hub.judge()
    assert not report.differences, str(report)
    assert not schools.hub.command("orphans", node="one").strip()


def test_a_notification_that_was_lost_is_made_up_for_by_the_poll(schools):
    schools.quiet()
    keten = schools.apply(90)
    time.sleep(3)
    assert not schools.said(keten)
    schools.hub.advance(HOUR_S * 1000)
    schools.wait_for_applied(keten, 1, 60)


def test_whichever_edge_is_notified_the_one_that_polls_does(schools):
    schools.hub.start("two", "edge")
    schools.hub.ready(60, "two")
    edges = [Api(url, ROTTERDAM) for url in schools.hub.edges()]
    assert len(edges) == 2
    time.sleep(10)
    schools.quiet()
    for number, api in enumerate(edges * 3):
        before = len(schools.vca.asked)
        keten = schools.apply(80 + number)
        assert schools.notify(api=api).status_code == 204
        schools.wait_for_applied(keten)
        assert 1 <= schools.quiet() - before <= 3
