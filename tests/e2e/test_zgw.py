"""test_zgw - the zaken of a municipality, from a system that sends too much, too little, late."""

import time
from collections import Counter

import jwt
import pytest
from api import a_hub
from harness import wait_for
from model.world import ROTTERDAM
from zaken import (
    LEEWAY_SECONDS,
    SECRET,
    City,
    Faults,
    Refused,
    Served,
    Zaken,
    ZgwHub,
    endpoint,
    source,
    write_secret,
)

pytestmark = pytest.mark.peers


class ByPyjwt(Zaken):
    """Each token that comes is read by PyJWT too."""

    def __init__(self):
        super().__init__(secret=SECRET)
        self.claims = []
        self.refusals = Counter()  # by the kind of PyJWT's error

    def authenticate(self, header):
        late = self.now().timestamp() - time.time()
        try:
            read = jwt.decode_complete(
                (header or "").removeprefix("Bearer "),
                SECRET,
                algorithms=["HS256"],
                issuer="lokethub",
                leeway=LEEWAY_SECONDS + late,
                options={"require": ["iss", "iat"]},
            )
        except jwt.PyJWTError as error:
            self.refusals[type(error)] += 1
            raise Refused(403, "permission_denied") from None
        self.claims.append((read["header"], read["payload"]))
        super().authenticate(header)


@pytest.fixture(scope="module")
def city(services, tmp_path_factory):
    folder = tmp_path_factory.mktemp("zgw")
    write_secret(folder, "zgw")
    write_secret(folder, "wrong", SECRET[:-1])
    with Served(ByPyjwt()) as system:
        names = ("zgw", "wrong")
        lists = {
            "endpoints": [endpoint(system.url, name, concurrency=16) for name in names],
            "sources": [source(system.url, name) for name in names],
        }
        with a_hub(services, folder, ZgwHub, lists=lists) as hub:
            yield City(hub, system)


@pytest.fixture(autouse=True)
def no_faults(city):
    yield
    city.system.faults = Faults()


def test_the_hub_subscribes_and_passes_both_probes(city):
    subscriptions = wait_for(
        "a subscription", lambda: list(city.system.resources["abonnement"].values()), 60
    )
    assert len(subscriptions) == 1
    assert subscriptions[0]["callbackUrl"].endswith(f"/v1/in/{ROTTERDAM}/zgw")


def test_a_zaak_becomes_a_referral_and_its_statuses_actions(city):
    zaak = city.zaak(1)
    city.wait_for_applied(zaak, 1)
    receipt = city.api.get(f"/v1/receipts/{zaak['identificatie']}").json()
    [referral] = receipt["referrals"]
    assert referral["state"] in ("SUBMITTED", "OFFERED")
    city.system.create_status(zaak["url"], "In behandeling")
    city.wait_for_applied(zaak, 2)
    city.system.create_resultaat(zaak["url"], "Ingetrokken")
    city.system.create_status(zaak["url"], "Afgehandeld")
    city.wait_for_applied(zaak, 3)
    receipt = city.api.get(f"/v1/receipts/{zaak['identificatie']}").json()
    assert receipt["referrals"][0]["state"] in ("CANCELLED", "CANCEL_REQUESTED")


def test_an_eigenschap_that_is_added_amends_the_referral(city):
    """It is notified by itself; one that the settings do not name changes nothing."""
    zaak = city.zaak(5)
    city.wait_for_applied(zaak, 1)
    city.system.create_zaakeigenschap(zaak["url"], "Parkeerplaats", "12")
    city.system.create_zaakeigenschap(zaak["url"], "Niveau", "3")
    city.wait_for_applied(zaak, 2)
    city.wait_for_walks()
    assert city.said(zaak)["APPLIED"] == 2, city.said(zaak)
    said = [
        message["body"][1]["education"]
        for _, message in city.hub.decoded("intake")
        if message["case"] == zaak["identificatie"]
    ]
    assert said[0] is None and said[-1]["level"] == 3


def test_what_comes_twice_or_the_last_first_is_the_same(city):
    city.system.faults = Faults(duplicate=100, hold=6)
    zaken = [city.zaak(10 + n, "In behandeling") for n in range(4)]
    for zaak in zaken:
        city.wait_for_applied(zaak, 2)
    city.wait_for_walks()
    for zaak in zaken:
        assert city.said(zaak)["APPLIED"] == 2, city.said(zaak)
    city.judge()


def test_lost_notifications_are_made_up_for_by_the_poll(city):
    city.system.faults = Faults(drop=100)
    zaken = [city.zaak(20 + n, "In behandeling") for n in range(3)]
    for zaak in zaken:
        city.wait_for_applied(zaak, 2, 60)
    assert city.system.faults.drop < 100


def test_a_system_that_fails_and_is_slow_is_asked_again(city):
    city.system.faults = Faults(fail=5, slow_s=0.3)
    zaak = city.zaak(30)
    city.wait_for_applied(zaak, 1, 90)


def test_a_zaak_of_another_type_is_nobodys(city):
    other = city.system.add_zaaktype("PASPOORT", ["Ontvangen", "Klaar"], [])
    zaak = city.system.create_zaak(other)
    city.system.create_status(zaak["url"], "Ontvangen")
    city.wait_for_walks()
    assert city.api.get(f"/v1/receipts/{zaak['identificatie']}").status_code == 404


def test_what_each_walk_refuses_is_recorded_once(city):
    """Nobody ever adds the client to it, and each walk looks at it again."""

    def refused():
        found = [each for _, each in city.hub.decoded("rejected")]
        return sum("no natuurlijk_persoon" in each["text"] for each in found)

    zaak = city.system.create_zaak(
        city.type, registratiedatum="2026-01-05", startdatum="2026-01-05"
    )
    wait_for("the rejection", lambda: refused() == 1, 30)
    city.wait_for_walks(2)
    city.restart()
    city.wait_for_walks(2)
    assert refused() == 1
    city.system.change_zaak(zaak["url"], toelichting="Nog steeds zonder cliënt.")
    wait_for("that of what it says now", lambda: refused() == 2, 30)


def test_kills_in_the_middle_lose_nothing(city):
    """Notifications that were answered are durable; others come again, or the poll sees them."""
    zaken = []
    for round_ in range(3):
        zaken += [city.zaak(100 + 40 * round_ + n, "In behandeling") for n in range(40)]
        time.sleep(0.5)
        city.restart()
    for zaak in zaken:
        city.wait_for_applied(zaak, 2, 120)
    report = city.judge()
    stored = Counter(
        (message["case"], message["body"][0])
        for _, message in city.hub.decoded("intake")
        if message["case"]
    )
    for zaak in zaken:
        assert stored[zaak["identificatie"], "nl.lokethub.Referral"] >= 1
    sums = report.partners[ROTTERDAM]
    results = ("applied", "duplicate", "rejected", "parked", "forwarded")
    assert sums["received"] == sum(sums[name] for name in results)


def test_what_a_zaak_names_is_not_asked_for_for_ever(city):
    """The zaak is there, its rollen never are: after task_retry_s a person is told."""

    def given_up():
        return [1 for _, each in city.hub.decoded("rejected") if "answered 503" in each["text"]]

    city.system.offset = city.hub.offset_file
    city.system.faults = Faults(fail=1_000_000, fail_status=503, only="/rollen")
    city.zaak(300)
    log = city.hub.processes["one"].log
    wait_for("a try", lambda: 'text="answered 503"' in log.read_text(), 30)
    assert not given_up()
    city.hub.advance(6 * 24 * 3600 * 1000)
    wait_for("the rejection", given_up, 60)


def test_each_token_was_what_pyjwt_takes(city):
    assert len(city.system.claims) > 100
    for header, claims in city.system.claims:
        assert header == {"alg": "HS256", "typ": "JWT"}
        assert isinstance(claims.pop("iat"), int)
        assert claims == dict.fromkeys(
            ("iss", "client_id", "user_id", "user_representation"), "lokethub"
        )


def test_a_wrong_secret_signs_nothing(city):
    assert set(city.system.refusals) == {jwt.InvalidSignatureError}
    lines = city.hub.processes["one"].log.read_text().splitlines()
    mine = [line for line in lines if f"source={ROTTERDAM}/wrong " in line]
    assert any("403" in line for line in mine), mine
