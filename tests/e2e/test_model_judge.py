"""test_model_judge - the judge finds nothing in a right world, and each wrong done to it."""

import copy
import dataclasses
import struct
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from core import SCHEMAS, encode, sealed_of
from model import machine, scenario
from model.calls import Answer, Call, referral_of
from model.events import event_of
from model.judge import Judge, Topics, deadline_of
from model.scenario import Life
from model.state import Client, Message
from model.wire import Record, Registry
from model.world import WORLD

START = 1_795_000_000_000
NOTHING = (
    "client owner status closing_reason next_action remembered parked redriven region match"
    " consent clock state_hash text"
).split()
NO_LISTS = ("transitions", "handovers", "stopped", "armed")


def registry() -> Registry:
    made = Registry("http://127.0.0.1:9")
    made.schemas[1] = SCHEMAS["Message"]
    return made


class World:
    """One partition of every topic, written by the model in the router's place."""

    def __init__(self) -> None:
        self.topics = Topics([], [], [], [], [], registry())
        self.clients: dict[str, Client] = {}
        self.now = START

    def take(self, message: Message, decision: machine.Decision, before: Client | None) -> None:
        offset = len(self.topics.intake)
        value = struct.pack(">BI", 0, 1) + encode(message)
        self.topics.intake.append(Record("intake", 0, offset, self.now, "", value, {}))
        event = self._event(before, decision, message) | {"offset": offset}
        self._add(self.topics.events, event)
        for told in decision.told:
            if told.number:
                self._add(self.topics.handovers, handover(told, decision.client, self.now, message))
        if decision.result == "REJECTED":
            self._add(self.topics.rejected, rejection(offset, decision))
        if decision.client:
            decision.client.applied = offset
            self._add(self.topics.clients, client_record(decision.client), decision.client.id)

    def _event(
        self, before: Client | None, decision: machine.Decision, message: Message
    ) -> dict[str, Any]:
        rest: dict[str, Any] = dict.fromkeys(NOTHING) | dict.fromkeys(NO_LISTS, [])
        rest |= {"partition": 0, "at": self.now, "result": decision.result, "version": 0}
        if decision.client is not None:
            rest |= event_of(before, decision, message)
        routing = decision.routing
        rest["routing"] = routing and {"desk": routing.desk, "rule": routing.rule}
        return rest | {"code": decision.code}

    def _add(self, topic: list, value: dict, key: str = "") -> None:
        topic.append((Record("", 0, len(topic), self.now, key, b"", {}), value))


def handover(told: Any, client: Client, at: int, message: Message) -> dict:
    referral = client.referrals[told.referral]
    said = {"client": client.id, "at": at, "state": referral.state, "version": referral.version}
    said |= {
        "owner": client.responsible,
        "deadline": deadline_of(client, referral, told.desk),
    }
    sealed = None if client.consent == "WITHDRAWN" else sealed_of(message)
    return vars(told) | said | {"sealed": sealed}


def rejection(offset: int, decision: machine.Decision) -> dict:
    return {
        "owner": "ops",
        "text": "why",
        "refused": False,
        "partner": None,
        "partition": 0,
        "offset": offset,
        "code": decision.code,
    }


def client_record(client: Client) -> dict:
    record = copy.deepcopy(vars(client)) | {"client": client.id}
    seen = {client.owner or "", *(desk for desk, _ in client.visited)}
    desks = sorted(seen.union(*map(named, client.referrals.values())))
    record["visited"] = [{"desk": desks.index(desk), "date": day} for desk, day in client.visited]
    record |= {"desks": desks, "owner": desks.index(client.owner) if client.owner else -1}
    duty, desk, due = client.next_action or ("", desks[0], 0)
    desks.append(desk)
    record |= {"duty": duty, "duty_desk": len(desks) - 1, "duty_due": due}
    record["clocks"] = clock_records(client.clocks)
    record["recent"] = [{"id": name, "digest": digest} for name, digest in client.recent]
    record["referrals"] = [referral_record(each, desks) for each in client.referrals.values()]
    return record


def named(referral: Any) -> set[str]:
    roles = {referral.giver, referral.sender, referral.target, referral.wished or referral.target}
    return roles | set(referral.numbers)


def referral_record(referral: Any, desks: list[str]) -> dict:
    record = dict(vars(referral)) | {"referral": referral.id}
    for role in ("giver", "sender", "target", "wished"):
        record[role] = None if record[role] is None else desks.index(record[role])
    numbers = referral.numbers.items()
    record["handovers"] = [
        {"desk": desks.index(desk), "number": number} for desk, number in numbers
    ]
    record["clocks"] = clock_records(referral.clocks)
    return record


def clock_records(clocks: dict) -> list[dict]:
    return [dict(vars(clock)) | {"clock": name} for name, clock in clocks.items()]


def play(world: World, life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    real = machine.apply

    def recorded(config, client, message, now, new_id=machine.no_id):  # noqa: ANN001, ANN202
        world.now += 10
        if message.type == "Referral":
            message.body["expires_at"] = None  # no clock comes due, as none is fired here
        decision = real(config, client, message, world.now, new_id)
        world.take(message, decision, client)
        return decision

    monkeypatch.setattr(machine, "apply", recorded)
    story = life.story()
    answer: object = None
    call: Call
    while True:
        try:
            asked = story.send(answer)
        except StopIteration:
            break
        if isinstance(asked, Call):
            call = asked
            answer = Answer(400 if call.bad else 202, referral_of(call))
        else:
            answer = None  # the life keeps the id that the model took
    monkeypatch.setattr(machine, "apply", real)


@pytest.fixture(scope="module")
def right() -> World:
    world = World()
    with pytest.MonkeyPatch.context() as monkeypatch:
        for life in scenario.lives(WORLD, 5, 30, START, longest=20):
            play(world, life, monkeypatch)
    return world


def found(world: World) -> set[str]:
    return {difference.what for difference in Judge(WORLD, world.topics).run().differences}


def test_nothing_is_found_in_a_right_world(right: World) -> None:
    report = Judge(WORLD, right.topics).run()
    assert not report.differences, str(report)
    assert report.counts["intake records"] > 150
    assert report.counts["APPLIED"] > 100


def some_event(world: World, random: Random, has: str) -> dict:
    return random.choice([event for _, event in world.topics.events if event[has]])


def lose_event(world: World, random: Random) -> None:
    del world.topics.events[random.randrange(len(world.topics.events))]


def double_event(world: World, random: Random) -> None:
    index = random.randrange(len(world.topics.events))
    world.topics.events.insert(index, world.topics.events[index])


def swap_events(world: World, random: Random) -> None:
    events = world.topics.events
    index = random.randrange(len(events) - 1)
    events[index], events[index + 1] = events[index + 1], events[index]


def move_owner(world: World, random: Random) -> None:
    some_event(world, random, "owner")["owner"]["new"] = "sectorloket-techniek"


def wrong_result(world: World, random: Random) -> None:
    event = random.choice(
        [event for _, event in world.topics.events if event["result"] == "REJECTED"]
    )
    event["code"] = "CASE_TWICE"


def late_clock(world: World, random: Random) -> None:
    clocks = [
        each for _, event in world.topics.events for each in event["armed"] if each["clock"] == "T6"
    ]
    random.choice(clocks)["due"] += 1


def early_message(world: World, random: Random) -> None:
    """A T0 of the model is due before the message after it, which came first."""
    for _, event in world.topics.events[5:]:
        event["at"] += 20 * 60_000
    for index, record in enumerate(world.topics.intake[5:], 5):
        world.topics.intake[index] = dataclasses.replace(record, time=record.time + 20 * 60_000)


def lose_handover(world: World, random: Random) -> None:
    del world.topics.handovers[random.randrange(len(world.topics.handovers))]


def double_handover(world: World, random: Random) -> None:
    world.topics.handovers.append(random.choice(world.topics.handovers))


def wrong_role(world: World, random: Random) -> None:
    record, value = random.choice(world.topics.handovers)
    value["role"] = "LEAD"


def wrong_deadline(world: World, random: Random) -> None:
    duties = [value for _, value in world.topics.handovers if value["deadline"]]
    random.choice(duties)["deadline"] += 1


def wrong_person(world: World, random: Random) -> None:
    offers = [value for _, value in world.topics.handovers if value["kind"] == "OFFER"]
    random.choice([value for value in offers if value["sealed"]])["sealed"] = None


def revert_client(world: World, random: Random) -> None:
    """An old state written late, as by a worker that had lost its partition."""
    clients = world.topics.clients
    key = clients[0][0].key
    mine = [entry for entry in clients if entry[0].key == key]
    clients.append(mine[0])


def lose_rejection(world: World, random: Random) -> None:
    world.topics.rejected.pop()


@pytest.mark.parametrize(
    "wrong,whats",
    [
        (lose_event, {"record without an event"}),
        (double_event, {"two events of one record"}),
        (swap_events, {"order"}),
        (move_owner, {"owner"}),
        (wrong_result, {"code"}),
        (late_clock, {"state clocks"}),
        (early_message, {"clock passed over", "clock overdue"}),
        (lose_handover, {"handover"}),
        (double_handover, {"handover", "handover number"}),
        (wrong_role, {"handover role"}),
        (wrong_deadline, {"handover deadline"}),
        (wrong_person, {"handover sealed"}),
        (revert_client, {"order", "client is not the fold of its events"}),
        (lose_rejection, {"rejection"}),
    ],
)
def test_each_wrong_is_found(
    right: World, wrong: Callable[[World, Random], None], whats: set[str]
) -> None:
    for seed in range(2):
        world = copy.deepcopy(right)
        wrong(world, Random(seed))
        assert whats <= found(world)
