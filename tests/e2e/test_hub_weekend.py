"""test_hub_weekend - a desk's endpoint and the hub are down from Friday 18:00 to Monday 8:00.

Time is moved while nothing runs, so the hub reads what waits in intake as of Monday: the deadline
that passed on Saturday comes before the answer of Friday, which is harder than what happens
outside of tests, where the answer has Friday's time.
"""

import contextlib
import time
import uuid
from datetime import date, datetime, timedelta

import pytest
from api import ApiHub, action, person, referral
from harness import wait_for
from model.calendar import from_local, is_working_day, local
from model.world import ROTTERDAM, WORLD, WSP
from receiver import Receiver, ok, says

QUICK = {
    "session_timeout_ms": 6000,
    "transaction_timeout_ms": 5000,
    "heartbeat_ms": 1000,
    "outage_after_ms": 6000,
}
HOUR = 3_600_000
TOLD = ("ESCALATION", "REMINDER")


def next_friday() -> date:
    """With working days from a week before it to the Thursday after it."""
    day = date.today() + timedelta(days=9)
    while day.weekday() != 4 or not all(
        is_working_day(day + timedelta(days=each))
        for each in range(-7, 7)
        if (day + timedelta(days=each)).weekday() < 5
    ):
        day += timedelta(days=1)
    return day


FRIDAY = next_friday()


def at(days: int, hour: int, minute: int = 0) -> int:
    """Days after that Friday, at this hour in the Netherlands."""
    day = FRIDAY + timedelta(days=days)
    return from_local(datetime(day.year, day.month, day.day, hour, minute))


class Weekend(ApiHub):
    wsp: Receiver
    other: Receiver

    def refer(self, case: str, desk: str, who: int) -> str:
        made = referral(case, to_desk=desk) | {"person": person(who)}
        answer = self.partner(ROTTERDAM).refer(made)
        assert answer.status_code == 202, answer.text
        return answer.json()["referral"]

    def act(self, name: str, verb: str, **body) -> None:
        answer = self.partner(WSP).act(name, action(verb, f"{verb} {name}", **body))
        assert answer.status_code in (200, 202), answer.text

    def state(self, name: str) -> str | None:
        return self.partner(ROTTERDAM).get(f"/v1/referrals/{name}").json().get("state")

    def wait_state(self, name: str, state: str) -> None:
        wait_for(state, lambda: self.state(name) == state, 60, 0.2)

    def facts(self, kind: str, begin: str) -> list[dict]:
        found = {
            record.key: fact
            for record, fact in self.decoded("facts")
            if fact["kind"] == kind and fact["id"].startswith(begin)
        }
        return list(found.values())

    def told(self, name: str | None = None) -> list[dict]:
        """Escalations and reminders, of this referral or all."""
        return [
            each
            for _, each in self.decoded("handovers")
            if each["kind"] in TOLD and (name is None or name == name_of(each))
        ]

    def events(self, name: str) -> list[dict]:
        """Its decisions, in order."""
        of = [event for _, event in self.decoded("events") if event["client"] is not None]
        clients = {
            each["client"]
            for each in of
            for change in each["transitions"]
            if str(uuid.UUID(bytes=change["after"]["referral"])) == name
        }
        return [each for each in of if each["client"] in clients]

    def stop(self, node: str) -> None:
        assert self.processes[node].end() == 0


def name_of(handover: dict) -> str:
    return str(uuid.UUID(bytes=handover["referral"]))


@pytest.fixture
def hub(services, tmp_path):
    with contextlib.ExitStack() as stack:
        receivers = [Receiver(), Receiver()]
        for each in receivers:
            stack.callback(each.over.set)
        desks = {"wsp-rijnmond": receivers[0], "leerwerkloket-rijnmond": receivers[1]}
        lists = {
            "endpoints": [
                {
                    "name": desk,
                    "url": each.url(f"/{desk}"),
                    "allow_private": True,
                    "timeout_ms": 1500,
                }
                for desk, each in desks.items()
            ],
            "deliveries": [{"desk": desk, "endpoint": desk} for desk in desks],
        }
        made = Weekend(
            tmp_path,
            services,
            WORLD,
            f"weekend-{time.time_ns()}.",
            {"router": QUICK},
            lists,
        )
        made.wsp, made.other = receivers
        stack.callback(made.end)
        made.deploy()
        made.go_to(at(-7, 17))
        start(made)
        yield made


def start(hub: Weekend) -> None:
    """The edge is asked first."""
    hub.start("edge", "edge")
    hub.start("router", "router")
    hub.ready()


def offer_to_wsp(hub: Weekend, case: str, who: int) -> str:
    """Delivered and seen, and then to be decided in a week."""
    name = hub.refer(case, "wsp-rijnmond", who)
    hub.wait_state(name, "OFFERED")
    hub.act(name, "SEEN")
    hub.wait_settled()
    return name


def go_through_the_week(hub: Weekend) -> None:
    for day in range(-6, 0):
        hub.go_to(at(day, 19))
        time.sleep(1)
    hub.go_to(at(0, 17, 50))


def numbers_at(receiver: Receiver, name: str) -> list[int]:
    return [
        each.event["data"]["number"]
        for each in receiver.all()
        if each.event["data"].get("referral") == name
    ]


def undeliverable(hub: Weekend) -> set[str]:
    """Of which the hub was told so."""
    return {
        name_of(message["body"][1])
        for _, message in hub.decoded("intake")
        if message["body"][0].endswith("StatusChange")
        and message["body"][1]["action"] == "UNDELIVERABLE"
    }


def refer_to_a_dead_desk(hub: Weekend) -> list[str]:
    hub.other.stop()
    names = [hub.refer(f"dead {who}", "leerwerkloket-rijnmond", who) for who in range(20, 23)]
    for turn in range(3):
        again = referral("dead 20", to_desk="leerwerkloket-rijnmond")
        again |= {"reference": f"again {turn}", "person": person(20) | {"phone": f"06{turn:08}"}}
        assert hub.partner(ROTTERDAM).refer(again).status_code == 202
    wait_for("its outage", lambda: hub.facts("OUTAGE", "desk/leerwerkloket"), 30, 0.2)
    return names


def test_a_weekend_without_hub_and_endpoint(hub):
    dead = refer_to_a_dead_desk(hub)
    hub.go_to(at(-7, 19))
    answered, silent = (offer_to_wsp(hub, case, who) for case, who in (("a", 1), ("s", 2)))
    go_through_the_week(hub)
    wait_for("UNDELIVERABLE", lambda: undeliverable(hub) == set(dead), 60, 0.2)

    # A connection that is open would live on after a stop.
    hub.wsp.answers["/wsp-rijnmond"] = says(503)
    waiting = hub.refer("waits", "wsp-rijnmond", 3)
    # One that is tried alone is tried five times, ever more seldom.
    wait_for("its outage", lambda: hub.facts("OUTAGE", "desk/wsp-rijnmond"), 90, 0.2)
    hub.wait_settled()
    hub.go_to(at(0, 17, 59))
    time.sleep(2.5)  # a heartbeat of then
    hub.stop("router")
    decided = len(hub.events(answered))
    hub.act(answered, "ACCEPT", actor={"worker": "W1"})
    hub.stop("edge")
    before = len(hub.told())

    hub.go_to(at(3, 8))
    hub.wsp.answers["/wsp-rijnmond"] = ok
    tried = numbers_at(hub.wsp, waiting)
    hub.other.start()
    start(hub)
    hub.wait_state(answered, "ACCEPTED")
    hub.wait_state(waiting, "OFFERED")
    for name in dead:
        hub.wait_state(name, "OFFERED")
    assert len(hub.told()) == before, hub.told()[before:]

    *extended, accepted = hub.events(answered)[decided:]
    assert [each["row"] for each in accepted["transitions"]][:1] == ["5"]
    armed = [clock for each in extended for clock in each["armed"]]
    assert armed and {(clock["clock"], clock["level"]) for clock in armed} == {("T2", 0)}
    assert numbers_at(hub.wsp, waiting) == [*tried, 1]
    assert numbers_at(hub.other, dead[0]) == [1, 2, 3, 4]
    assert [numbers_at(hub.other, name) for name in dead[1:]] == [[1], [1]]
    assert undeliverable(hub) == set(dead)
    assert not hub.command("orphans", node="edge").strip()

    hub.go_to(at(3, 12))
    first = wait_for("the deadline that goes on", lambda: hub.told(silent), 30, 0.2)[0]
    assert at(3, 8, 50) < first["at"] < at(3, 10), local(first["at"])
    assert (first["clock"], first["level"]) == ("T2", 1)
    assert not hub.told(answered)


def test_a_weekend_with_a_router_alone(hub):
    """Nobody can answer, and nothing is brought: no deadline passes either."""
    hub.go_to(at(-7, 19))
    answered, silent = (offer_to_wsp(hub, case, who) for case, who in (("a", 1), ("s", 2)))
    go_through_the_week(hub)
    hub.go_to(at(0, 17, 59))
    time.sleep(2.5)
    before = len(hub.told())
    hub.stop("edge")

    def outage():
        return hub.facts("OUTAGE", "edge/")

    wait_for("the outage to be noted", outage, 30, 0.2)
    assert outage()[0]["to"] is None
    while hub.now() + 4 * HOUR < at(3, 8):
        hub.advance(4 * HOUR)
        time.sleep(0.5)
    hub.go_to(at(3, 8))
    time.sleep(3)
    assert len(hub.told()) == before, hub.told()[before:]
    hub.start("edge", "edge")
    hub.ready()
    wait_for("its end", lambda: outage()[0]["to"] is not None, 30, 0.2)
    assert len(outage()) == 1
    hub.act(answered, "ACCEPT", actor={"worker": "W1"})
    hub.wait_state(answered, "ACCEPTED")
    assert len(hub.told()) == before, hub.told()[before:]

    hub.go_to(at(3, 12))
    first = wait_for("the deadline that goes on", lambda: hub.told(silent), 30, 0.2)[0]
    assert at(3, 8, 50) < first["at"] < at(3, 10), local(first["at"])
    assert not hub.told(answered)
