"""test_zgw_out - what becomes of a zaak is told in that zaak, once, and is no news to the hub."""

import time

import pytest
from api import a_hub, action
from harness import wait_for
from model.world import ROTTERDAM, WSP
from test_delivery import wait_until_settled
from zaken import (
    SECRET,
    TYPE,
    City,
    Faults,
    Served,
    Zaken,
    ZgwHub,
    endpoint,
    settings,
    source,
    write_secret,
)

DESK = "gemeente-rotterdam"
TOLD = "Bij het loket"  # of this status the source's settings say nothing: it is never theirs
TELLS = (
    ("STATUS:ACCEPT", TOLD),
    ("STATUS:PROGRESS", TOLD),
    ("STATUS:DECLINE", TOLD),
    ("DUTY", "-"),
)


class OutCity(City):
    """Told in its own zaken."""

    def __init__(self, hub, system):
        super().__init__(hub, system)
        statuses = ["Ontvangen", "In behandeling", TOLD, "Afgehandeld"]
        self.type = system.add_zaaktype(TYPE, statuses, ["Ingetrokken", "Aan het werk"])

    def offered(self, number):
        """A zaak, and the referral that it became."""
        zaak = self.zaak(number)
        self.wait_for_applied(zaak, 1)
        return zaak, self.referral(zaak)

    def referral(self, zaak):
        [found] = (
            self.hub.partner(ROTTERDAM)
            .get(f"/v1/receipts/{zaak['identificatie']}")
            .json()["referrals"]
        )
        return found["referral"]

    def act(self, name, word, reference, **body):
        body = action(word, reference, actor={"worker": "team-1"}, **body)
        answer = self.hub.partner(WSP).act(name, body)
        assert answer.status_code == 202, answer.text

    def told(self, zaak):
        """The texts of the statuses that the hub put there, the oldest first."""
        found = self.system.of_zaak("statussen", zaak)
        found.sort(key=lambda one: one["datumStatusGezet"])
        ours = [one["statustoelichting"] for one in found]
        return [text for text in ours if "Kenmerk: handover-" in text]

    def wait_for_told(self, zaak, count, seconds=40):
        wait_for(f"{count} told", lambda: len(self.told(zaak)) >= count, seconds)
        time.sleep(1)
        assert len(self.told(zaak)) == count, self.told(zaak)


@pytest.fixture(scope="module")
def city(services, tmp_path_factory):
    folder = tmp_path_factory.mktemp("zgwout")
    write_secret(folder)
    with Served(Zaken(secret=SECRET)) as system:
        system.retries_s = (0.1, 0.3, 1, 3, 9, 9, 9)
        told = settings(system.url) | {"tells": TELLS}
        lists = {
            "endpoints": [endpoint(system.url)],
            "sources": [source(system.url)],
            "deliveries": [{"desk": DESK, "connector": "zgw", "endpoint": "zgw", "settings": told}],
        }
        with a_hub(services, folder, ZgwHub, lists=lists) as hub:
            yield OutCity(hub, system)


@pytest.fixture(autouse=True)
def no_faults(city):
    yield
    city.system.faults = Faults()


def test_an_acceptance_becomes_one_status_of_the_zaak(city):
    zaak, name = city.offered(1)
    city.act(name, "ACCEPT", "out-1")
    city.wait_for_told(zaak, 1)
    text = city.told(zaak)[0]
    assert text.startswith("Bericht over een verwijzing\nStand: ACCEPTED\n")
    assert "Kanarievogel" not in text and "99999" not in text
    status = city.system.get("statussen", city.system.get("zaken", zaak["url"])["status"])
    assert status["statustype"] == city.system.type_of("statustypen", zaak, TOLD)


def test_the_hub_does_not_take_its_own_status_for_the_partners(city):
    """It is notified, and seen by each walk; a worker's status behind it counts as ever."""
    zaak, name = city.offered(2)
    city.act(name, "ACCEPT", "out-2")
    city.wait_for_told(zaak, 1)
    city.wait_for_walks(2)
    assert city.said(zaak)["APPLIED"] == 1
    city.system.change_zaak(zaak["url"], toelichting="Zoekt nog steeds werk.")
    city.wait_for_applied(zaak, 2)
    city.system.create_resultaat(zaak["url"], "Ingetrokken")
    city.system.create_status(zaak["url"], "Afgehandeld")
    city.wait_for_applied(zaak, 3)
    assert not city.said(zaak).keys() & {"REJECTED", "REFUSED", "PARKED"}, city.said(zaak)


def test_an_answer_that_never_came_makes_no_second_status(city):
    zaak, name = city.offered(3)
    city.system.faults = Faults(mute=1)
    city.act(name, "ACCEPT", "out-3")
    city.wait_for_told(zaak, 1)
    assert city.system.faults.mute == 0
    wait_until_settled(city.hub, DESK)
    assert len(city.told(zaak)) == 1


@pytest.mark.parametrize(
    ("point", "posted"),
    [("delivery-answered:4", 0), ("delivery-answered:5", 1)],
    ids=["between-look-and-post", "before-it-is-settled"],
)
def test_a_kill_makes_no_second_status(city, point, posted):
    zaak, name = city.offered(40 + posted)
    time.sleep(1)
    city.restart(crash_at=point)
    doomed = city.hub.processes["one"]
    city.act(name, "ACCEPT", f"out-kill-{posted}")
    wait_for("the kill", lambda: not doomed.alive, 60)
    assert len(city.told(zaak)) == posted
    city.restart()
    city.wait_for_told(zaak, 1, 60)
    city.act(name, "PROGRESS", f"out-killed-{posted}", progress="CONTACTED")
    city.wait_for_told(zaak, 2)


def test_a_zaak_that_has_ended_is_left_alone(city):
    zaak, name = city.offered(5)
    city.act(name, "ACCEPT", "out-5")
    city.wait_for_told(zaak, 1)
    city.system.create_resultaat(zaak["url"], "Aan het werk")
    city.system.create_status(zaak["url"], "Afgehandeld")
    city.act(name, "PROGRESS", "out-5-b", progress="CONTACTED")
    other, again = city.offered(6)
    city.act(again, "ACCEPT", "out-6")
    city.wait_for_told(other, 1)
    assert len(city.told(zaak)) == 1
    assert city.system.get("zaken", zaak["url"])["einddatum"] is not None


def test_a_system_that_refuses_is_asked_again(city):
    zaak, name = city.offered(7)
    city.system.faults = Faults(fail=2, fail_status=503, only="/statussen")
    city.act(name, "ACCEPT", "out-7")
    city.wait_for_told(zaak, 1, 60)
    city.judge()
