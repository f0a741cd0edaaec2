"""The demo's zaak system keeps the rules of the real ones, and goes wrong when it is asked to."""

import base64
import hashlib
import hmac
import json
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "ops"))
import demo_zgw  # noqa: E402

CRS = {"Accept-Crs": "EPSG:4326"}


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(secret="geheim", client="lokethub", age=0, alg="HS256"):
    head = encode(json.dumps({"alg": alg, "typ": "JWT"}).encode())
    claims = encode(json.dumps({"client_id": client, "iat": int(time.time()) - age}).encode())
    signed = hmac.new(secret.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
    return {"Authorization": f"Bearer {head}.{claims}.{encode(signed)}"}


def ask(url, method="GET", body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, token() | CRS if headers is None else headers)
    request.method = method
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read() or "null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


class Callback:
    """What the zaak system posts to; `open_to_all`: also without Authorization."""

    def __init__(self):
        self.bodies, self.statuses, self.open_to_all = [], [], False
        callback = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                known = self.headers.get("Authorization") == "Bearer hub" or callback.open_to_all
                status = 204 if known else 401
                if known and callback.statuses and body["kanaal"] != "test":
                    status = callback.statuses.pop(0)
                if status == 204:
                    callback.bodies.append(body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/in"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def notified(self, count):
        """The (resource, action) of so many, and that there are no more."""
        self.wait(lambda: len(self.zaken()) == count)
        return [(body["resource"], body["actie"]) for body in self.zaken()]

    def wait(self, check):
        """Until that is so, and for a moment more: it is to stay so."""
        until = time.monotonic() + 20
        while not check() and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.1)
        assert check()

    def zaken(self):
        return [body for body in self.bodies if body["kanaal"] == "zaken"]


@pytest.fixture
def callback():
    made = Callback()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def system():
    with demo_zgw.Served(demo_zgw.Zaaksysteem()) as served:
        served.retries_s = (0.05, 0.05)
        yield served


@pytest.fixture
def zaaktype(system):
    return system.add_zaaktype("LWL", ["Ontvangen", "In behandeling", "Afgehandeld"], ["Geplaatst"])


def subscribe(system, callback, auth="Bearer hub", filters=None):
    channels = [{"naam": "zaken", "filters": filters or {}}]
    body = {"callbackUrl": callback.url, "auth": auth, "kanalen": channels}
    return ask(f"{system.url}/notificaties/api/v1/abonnement", "POST", body)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        token(secret="anders"),
        token(client="iemand"),
        token(age=4000),
        token(age=-4000),
        token(alg="none"),
        {"Authorization": "Bearer a.b.c"},
    ],
)
def test_who_may_not_ask_gets_403(system, headers):
    assert ask(f"{system.url}/zaken/api/v1/zaken", headers=headers | CRS)[0] == 403


def test_zaken_need_accept_crs_and_known_parameters(system):
    url = f"{system.url}/zaken/api/v1/zaken"
    assert ask(url, headers=token())[0] == 412
    assert ask(url)[0] == 200
    assert ask(f"{url}?gewijzigd_sinds=2026-01-01")[0] == 400
    assert ask(f"{url}/onbekend")[0] == 404


def test_pages_filters_and_order(system, zaaktype):
    system.page_size = 2
    days = ("2026-02-03", "2026-02-01", "2026-02-02")
    for day in days:
        system.create_zaak(zaaktype, registratiedatum=day)
    url = f"{system.url}/zaken/api/v1/zaken?einddatum__isnull=true&ordering=registratiedatum"
    first, second = ask(url)[1], ask(url + "&page=2")[1]
    listed = [zaak["registratiedatum"] for zaak in first["results"] + second["results"]]
    assert listed == sorted(days)
    assert first["next"] and not second["next"]
    assert ask(url + "&page=3")[0] == 404
    assert ask(url + "&registratiedatum__gt=2026-02-01")[1]["count"] == 2
    assert ask(url.replace("true", "false"))[1]["count"] == 0


def test_an_end_needs_a_result_and_times_are_unique(system, zaaktype):
    zaak = system.create_zaak(zaaktype)["url"]
    system.create_status(zaak, "Ontvangen", "2026-03-02T09:00:00Z")
    with pytest.raises(demo_zgw.Refused, match="unique"):
        system.create_status(zaak, "In behandeling", "2026-03-02T09:00:00Z")
    with pytest.raises(demo_zgw.Refused, match="resultaat-does-not-exist"):
        system.create_status(zaak, "Afgehandeld", "2026-03-03T09:00:00Z")
    system.create_resultaat(zaak, "Geplaatst")
    last = system.create_status(zaak, "Afgehandeld", "2026-03-03T09:00:00Z")["url"]
    system.create_status(zaak, "In behandeling", "2026-03-02T10:00:00Z")
    found = ask(zaak)[1]
    assert (found["einddatum"], found["status"]) == ("2026-03-03", last)
    listed = ask(f"{system.url}/zaken/api/v1/statussen?zaak={zaak}")[1]["results"]
    assert [one["datumStatusGezet"][8:13] for one in listed] == ["03T09", "02T10", "02T09"]


def post_status(system, zaak, name, at, text="", headers=None):
    statustype = system.type_of("statustypen", system.get("zaken", zaak), name)
    body = {"zaak": zaak, "statustype": statustype}
    body |= {"datumStatusGezet": at, "statustoelichting": text}
    url = f"{system.url}/zaken/api/v1/statussen"
    status, answer = ask(url, "POST", body, headers)
    return status, [one["code"] for one in answer.get("invalidParams", [])] or answer.get("code")


def test_an_application_posts_statuses_by_the_rules(system, zaaktype):
    zaak = system.create_zaak(zaaktype)["url"]
    assert post_status(system, zaak, "Ontvangen", "2026-03-02T09:00:00Z")[0] == 201
    again = post_status(system, zaak, "In behandeling", "2026-03-02T09:00:00Z")
    assert again == (400, ["unique"])
    ends = post_status(system, zaak, "Afgehandeld", "2026-03-03T09:00:00Z")
    assert ends == (400, ["resultaat-does-not-exist"])
    future = post_status(system, zaak, "In behandeling", "2999-01-01T00:00:00Z")
    assert future == (400, ["date-in-future"])
    long = post_status(system, zaak, "In behandeling", "2026-03-02T10:00:00Z", "é" * 1001)
    assert long == (400, ["max_length"])
    system.create_resultaat(zaak, "Geplaatst")
    assert post_status(system, zaak, "Afgehandeld", "2026-03-03T09:00:00Z")[0] == 201
    closed = post_status(system, zaak, "In behandeling", "2026-03-04T09:00:00Z")
    assert closed == (403, "permission_denied")


def test_eigenschappen_lie_below_their_zaak(system, callback, zaaktype):
    subscribe(system, callback)
    zaak = system.create_zaak(zaaktype)["url"]
    assert ask(f"{zaak}/zaakeigenschappen") == (200, [])
    system.create_zaakeigenschap(zaak, "Niveau", "3")
    [found] = ask(f"{zaak}/zaakeigenschappen")[1]
    assert (found["naam"], found["waarde"], found["zaak"]) == ("Niveau", "3", zaak)
    assert callback.notified(2)[-1] == ("zaakeigenschap", "create")
    assert ask(f"{zaak}x/zaakeigenschappen")[0] == 404


def test_what_is_done_may_be_answered_by_nobody(system, zaaktype):
    zaak = system.create_zaak(zaaktype)["url"]
    system.faults = demo_zgw.Faults(mute=1)
    with pytest.raises(OSError):
        post_status(system, zaak, "Ontvangen", "2026-03-02T09:00:00Z")
    again = post_status(system, zaak, "Ontvangen", "2026-03-02T09:00:00Z")
    assert again == (400, ["unique"])


def test_a_subscription_is_probed_twice(system, callback):
    assert subscribe(system, callback, auth="Bearer anders")[1]["code"] == "invalid-callback-url"
    callback.open_to_all = True
    assert subscribe(system, callback)[1]["code"] == "no-auth-on-callback-url"
    callback.open_to_all = False
    status, made = subscribe(system, callback)
    assert status == 201
    probes = len(callback.bodies)
    assert ask(made["url"], "PUT", made)[0] == 200
    assert len(callback.bodies) == probes + 1
    assert len(ask(f"{system.url}/notificaties/api/v1/abonnement")[1]) == 1


def test_notifications_come_and_are_sent_again(system, callback, zaaktype):
    subscribe(system, callback)
    callback.statuses = [500, 503]
    zaak = system.create_zaak(zaaktype)["url"]
    assert callback.notified(1) == [("zaak", "create")]
    callback.wait(lambda: len(system.sent) == 3)  # it hears of the last one behind the callback
    assert [status for _, status in system.sent] == [500, 503, 204]
    system.create_rol(zaak, {"inpBsn": "999990019"})
    system.destroy_zaak(zaak)
    assert callback.notified(3)[1:] == [("rol", "create"), ("zaak", "destroy")]
    assert ask(zaak)[0] == 404


def test_a_notification_is_lost_after_its_last_try(system, callback, zaaktype):
    subscribe(system, callback)
    callback.statuses = [500, 500, 500]
    system.create_zaak(zaaktype)
    callback.wait(lambda: len(system.sent) == 3)
    assert callback.notified(0) == []
    assert len(system.sent) == 3


def test_only_what_was_subscribed_to(system, callback, zaaktype):
    other = system.add_zaaktype("PARKEREN", ["Ontvangen"], [])
    subscribe(system, callback, filters={"zaaktype": zaaktype})
    system.create_zaak(other)
    system.create_zaak(zaaktype)
    assert callback.notified(1) == [("zaak", "create")]


def test_it_drops_doubles_and_reorders(system, callback, zaaktype):
    subscribe(system, callback)
    zaak = system.create_zaak(zaaktype)["url"]
    system.faults.drop = 1
    system.create_status(zaak, "Ontvangen", "2026-03-02T09:00:00Z")
    system.faults.duplicate = 1
    system.create_rol(zaak)
    system.faults.hold = 2
    system.create_resultaat(zaak, "Geplaatst")
    system.create_status(zaak, "Afgehandeld", "2026-03-03T09:00:00Z")
    expected = ["zaak", "rol", "rol", "status", "resultaat"]
    assert [resource for resource, _ in callback.notified(5)] == expected


def test_it_fails_and_slows_down_when_it_is_told_so(system):
    url = f"{system.url}/zaken/api/v1/zaken"
    assert ask(f"{system.url}/control", "POST", {"fail": 2, "fail_status": 503})[0] == 204
    assert [ask(url)[0] for _ in range(3)] == [503, 503, 200]
    ask(f"{system.url}/control", "POST", {"slow_s": 0.3})
    began = time.monotonic()
    assert ask(url)[0] == 200 and time.monotonic() - began >= 0.3


def test_workers_act_through_control(system, zaaktype):
    control = f"{system.url}/control"
    with_ = {"zaaktype": zaaktype, "toelichting": "Wil bouwen."}
    zaak = ask(control, "POST", {"do": "create_zaak", "with": with_})[1]
    ask(
        control,
        "POST",
        {"do": "create_status", "with": {"zaak": zaak["url"], "statustype": "Ontvangen"}},
    )
    assert ask(zaak["url"])[1]["status"]
    assert ask(control, "POST", {"do": "deliver_all", "with": {}})[0] == 400
