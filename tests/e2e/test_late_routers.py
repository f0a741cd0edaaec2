"""test_late_routers - what is decided long after it was said reaches its desk whole."""

import time

from api import ApiHub, a_hub, person, referral
from harness import wait_for
from model.world import ROTTERDAM
from receiver import Receiver

DESK = "wsp-rijnmond"
CLIENTS = 30
AWAY_S = 61  # for what is in the view after a minute is all that ever will be


class Apart(ApiHub):
    """The edge alone; its routers come later."""

    def start(self, node="edge", role="edge", crash_at=None):
        return super().start(node, role, crash_at)


def test_an_offer_that_waited_for_the_routers_brings_its_client(services, tmp_path):
    """It comes to its desk's system before its client has come to the view."""
    receiver = Receiver()
    lists = {
        "endpoints": [{"name": "wsp", "url": receiver.url("/wsp"), "allow_private": True}],
        "deliveries": [{"desk": DESK, "endpoint": "wsp"}],
    }
    seen = {"fields": ["family_name"], "fields_accepted": ["family_name"]}
    with a_hub(services, tmp_path, Apart, lists=lists, fields=seen) as hub:
        town = hub.partner(ROTTERDAM)
        for number in range(CLIENTS):
            draft = referral(f"late-{number}", to_desk=DESK) | {"person": person(number)}
            answer = town.refer(draft)
            assert answer.status_code == 202, answer.text
        time.sleep(AWAY_S)
        hub.start("router", "router")
        wait_for("all to come", lambda: len(receiver.at("/wsp")) >= CLIENTS, 60)
        brought = [each.event["data"] for each in receiver.at("/wsp")]
    receiver.end()
    assert [each.get("withheld") for each in brought] == [None] * CLIENTS
    assert [each["person"] for each in brought] == [
        {"family_name": person(number)["family_name"]} for number in range(CLIENTS)
    ]
