"""test_openklant - one contact and one task for each handover, whenever the edge is killed."""

import pytest
from api import ApiHub, a_hub, action, person, referral
from harness import wait_for
from model.world import ROTTERDAM, TWENTE
from openklant import TOKEN, OpenKlant
from test_api_feed import about, all_of
from test_delivery import wait_until_settled

DESK = "gemeente-enschede"
ACTOR = "9a000000-0000-4000-8000-000000000001"
SEEN = {"fields": ["family_name", "phone"], "fields_accepted": ["family_name", "phone", "text"]}


class Counter:
    """At its Klantinteracties API, and the hub."""

    def __init__(self, hub, system):
        self.hub = hub
        self.system = system

    def refer(self, case, number):
        draft = referral(case, to_desk=DESK, municipality="GM0153") | {"person": person(number)}
        answer = self.hub.partner(ROTTERDAM).refer(draft)
        assert answer.status_code == 202, answer.text
        return answer.json()["referral"]

    def there_is(self, name):
        """How many contacts about the referral, and how many tasks of them."""
        contacts = self.system.about(name)
        return len(contacts), sum(len(self.system.tasks_of(one)) for one in contacts)

    def wait_for_both(self, name, seconds=40):
        wait_for("both", lambda: self.there_is(name) >= (1, 1), seconds)
        wait_until_settled(self.hub, DESK)
        assert self.there_is(name) == (1, 1)

    def restart(self, crash_at=None):
        self.hub.processes["one"].kill()
        self.hub.start(crash_at=crash_at)
        self.hub.ready()


@pytest.fixture(scope="module")
def counter(services, tmp_path_factory):
    folder = tmp_path_factory.mktemp("openklant")
    (folder / "secrets").mkdir()
    (folder / "secrets" / "klant.token").write_text(TOKEN + "\n")
    with OpenKlant() as system:
        endpoint = {
            "name": "klant",
            "url": system.url,
            "allow_private": True,
            "auth": "header",
            "header": "Authorization",
            "secret_file": "klant.token",
        }
        settings = {"kanaal": "leerwerkloket", "actors": [ACTOR]}
        delivery = {"desk": DESK, "connector": "openklant", "endpoint": "klant"}
        lists = {"endpoints": [endpoint], "deliveries": [delivery | {"settings": settings}]}
        with a_hub(services, folder, ApiHub, lists=lists, fields=SEEN) as hub:
            yield Counter(hub, system)


def test_an_offer_becomes_a_contact_and_its_task(counter):
    name = counter.refer("klant-1", 501)
    counter.wait_for_both(name)
    [contact] = counter.system.about(name)
    assert contact["kanaal"] == "leerwerkloket"
    assert contact["betrokkene"]["contactnaam"]["achternaam"] == "Kanarievogel"
    assert "99999" not in str(contact)
    [task] = counter.system.tasks_of(contact)
    assert task["toegewezenAanActoren"] == [{"uuid": ACTOR}]


def test_each_of_two_partners_is_told_its_own_case(counter):
    """To the receiver what its system answered, to the sender what the sender said."""
    name = counter.refer("klant-2", 502)
    counter.wait_for_both(name)
    [task] = counter.system.tasks_of(counter.system.about(name)[0])
    accept = action("ACCEPT", "klant-2-accept", actor={"worker": "team-1"})
    assert counter.hub.partner(TWENTE).act(name, accept, Prefer="wait=10").status_code == 201

    def told(partner):
        found = about(all_of(counter.hub.partner(partner))[0], name)
        return {each["handover"]["kind"]: each.get("own_case") for each in found}

    kinds = wait_for("the details", lambda: "DETAILS" in told(TWENTE) and told(TWENTE), 20)
    assert kinds["DETAILS"] == task["uuid"]
    assert wait_for("the news", lambda: told(ROTTERDAM), 20)["STATUS"] == "klant-2"


@pytest.mark.parametrize(
    ("point", "there"),
    [
        ("delivery-answered:1", (0, 0)),
        ("delivery-answered:2", (1, 0)),
        ("delivery-answered:3", (1, 1)),
    ],
    ids=["before-the-posts", "between-them", "behind-them"],
)
def test_a_kill_makes_nothing_twice(counter, point, there):
    wait_until_settled(counter.hub, DESK)
    counter.restart(crash_at=point)
    doomed = counter.hub.processes["one"]
    name = counter.refer(f"klant-{point}", 510 + sum(there))
    wait_for("the kill", lambda: not doomed.alive, 60)
    assert counter.there_is(name) == there
    counter.restart()
    counter.wait_for_both(name, 60)


@pytest.mark.parametrize("posts", [1, 2])
def test_answers_that_never_came_make_nothing_twice(counter, posts):
    counter.system.mute = posts
    name = counter.refer(f"klant-mute-{posts}", 520 + posts)
    counter.wait_for_both(name, 90)
    assert counter.system.mute == 0


def test_a_number_that_something_else_has_is_left_out(counter):
    counter.system.numbers_are_taken = True
    name = counter.refer("klant-number", 530)
    counter.wait_for_both(name, 60)
    counter.system.numbers_are_taken = False
    [contact] = counter.system.about(name)
    [task] = counter.system.tasks_of(contact)
    assert "referentienummer" not in contact and "referentienummer" not in task
