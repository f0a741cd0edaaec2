"""test_delivery_together - the clocks of forty clients come due at one instant: no flood."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import test_delivery
from api import WAIT, ApiHub, action, person, referral
from harness import wait_for
from model.calendar import start_of
from model.world import ROTTERDAM, WORLD, WSP
from receiver import MailServer, Receiver, ok, says

DESK, CHIEF = "wsp-rijnmond", "chef@wsp.example"
MANY = 40
DAY = 86_400_000


def monday() -> date:
    """The next one that is a few days away."""
    day = date.today() + timedelta(days=3)
    return day + timedelta(days=-day.weekday() % 7)


class TogetherHub(ApiHub):
    receiver: Receiver
    mails: MailServer

    def go_to(self, moment: int) -> None:
        self.advance(moment - self.now())

    def go_to_monday(self) -> None:
        self.go_to(start_of((monday() - date(1970, 1, 1)).days))

    def take(self, who: int) -> None:
        """A client of the desk, which is to look at it on that Monday."""
        made = referral(f"many {who}", to_desk=DESK) | {"person": person(who)}
        answer = self.partner(ROTTERDAM).refer(made, **WAIT)
        assert answer.status_code == 201, answer.text
        name = answer.json()["referral"]
        steps = {
            "ACCEPT": {"actor": {"worker": "W1"}},
            "PROGRESS": {"progress": "CONTACTED"},
            "SIGN_OF_LIFE": {"next_date": monday().isoformat()},
        }
        for verb, body in steps.items():
            done = self.partner(WSP).act(name, action(verb, f"{verb} {name}", **body), **WAIT)
            assert done.status_code == 201, done.text

    def posts(self, kind: str) -> list[list[dict]]:
        """The events of this kind, by request."""
        found = []
        for each in self.receiver.at("/wsp"):
            events = each.event if isinstance(each.event, list) else [each.event]
            assert isinstance(each.event, list) == (
                each.headers["content-type"] == "application/cloudevents-batch+json"
            )
            found.append([event for event in events if event["type"].endswith(kind)])
        return [each for each in found if each]

    def wait_all(self, kind: str) -> list[list[dict]]:
        def all_came():
            posts = self.posts(kind)
            return posts if sum(map(len, posts)) >= MANY else None

        posts = wait_for(kind, all_came, 60, 0.2)
        ids = [event["id"] for post in posts for event in post]
        assert len(ids) == len(set(ids)) == MANY
        return posts


@pytest.fixture
def hub(services, tmp_path):
    receiver, mails = Receiver(), MailServer()
    hook = {"name": "wsp", "url": receiver.url("/wsp"), "allow_private": True}
    row = {"desk": DESK, "endpoint": "wsp", "mail_to": CHIEF, "notices_together": True}
    mail = {
        "url": f"smtp://127.0.0.1:{mails.port}",
        "from": "lokethub@hub.example",
        "starttls": False,
        "fold_s": test_delivery.FOLD_S,
    }
    lists = {"endpoints": [hook], "deliveries": [row]}
    prefix = f"together-{time.time_ns()}."
    made = TogetherHub(tmp_path, services, WORLD, prefix, {"mail": mail}, lists)
    made.receiver, made.mails = receiver, mails
    made.deploy()
    made.start()
    made.ready()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(made.take, range(500, 500 + MANY)))
    yield made
    made.end()
    receiver.end()
    mails.end()


def test_forty_reminders_are_one_delivery(hub):
    hub.go_to_monday()
    posts = hub.wait_all("duty-reminded")
    assert len(posts) <= 2, [len(each) for each in posts]
    assert not hub.mails.at(CHIEF)  # they concern the desk alone

    # Ten days later its chief is told, by mail too, and who sent them reads it in its feed. The
    # reminders of those days go before, client by client.
    hub.go_to(hub.now() + 10 * DAY + 60_000)
    posts = hub.wait_all("delay-escalated")
    assert len(posts) <= 8, [len(each) for each in posts]
    test_delivery.fold(hub, f"{DESK}/mail", MANY)
    mails = wait_for("the mail", lambda: hub.mails.at(CHIEF), 60, 0.2)
    assert len(mails) <= 2 and any(f"{MANY} wachten, {MANY} te laat" in each for each in mails)
    feed = hub.partner(ROTTERDAM).http.get("/v1/handovers", params={"limit": 1000})
    late = [each for each in feed.json()["handovers"] if each["handover"]["kind"] == "ESCALATION"]
    assert len(late) == MANY


def test_one_that_is_refused_keeps_none_of_the_others_back(hub):
    refused: list[str] = []

    def picky(handler):
        """Takes none of a list in which there is one that it does not like."""
        events = json.loads(handler.body)
        events = events if isinstance(events, list) else [events]
        told = [each for each in events if each["type"].endswith("duty-reminded")]
        refused.extend(each["id"] for each in told[:1] if not refused)
        bad = any(each["id"] in refused for each in told)
        (says(400) if bad else ok)(handler)

    hub.receiver.answers["/wsp"] = picky
    hub.go_to_monday()

    def came_alone() -> int:
        posts = hub.posts("duty-reminded")
        return len({post[0]["id"] for post in posts if len(post) == 1})

    wait_for("each by itself", lambda: came_alone() == MANY, 60, 0.2)
    assert max(map(len, hub.posts("duty-reminded"))) > MANY / 2
