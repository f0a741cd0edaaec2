"""test_delivery_notices - a notice that no channel of its desk took climbs to who can be told."""

import time
import uuid

import pytest
from api import CANARIES, ApiHub, action, person, referral
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)
from harness import wait_for
from model.calendar import add_working_days
from model.world import LEERWERK, ROTTERDAM, UWV, WORLD, WSP
from receiver import MailServer, Receiver, ok, says

HOUR = 3_600_000
DAY = 24 * HOUR
LONE, BOTH, RECORDS = "leerwerkloket-rijnmond", "wsp-rijnmond", "uwv-twente"
PARTNERS = {LONE: LEERWERK, BOTH: WSP, RECORDS: UWV}
CHIEF, OPS = "chef@wsp.example", "beheer@hub.example"


def notices_refused(handler):
    """As a system does that knows no such kind."""
    (says(400) if b'"ESCALATION"' in handler.body else ok)(handler)


class NoticeHub(ApiHub):
    def refer(self, case: str, desk: str, who: int, **body) -> str:
        """Delivered, and seen, so that it is only to be decided."""
        made = referral(case, to_desk=desk, **body) | {"person": person(who)}
        answer = self.partner(ROTTERDAM).refer(made)
        assert answer.status_code == 202, answer.text
        name = answer.json()["referral"]
        wait_for(
            "its delivery",
            lambda: self.partner(ROTTERDAM).get(f"/v1/referrals/{name}").json().get("state")
            == "OFFERED",
            30,
            0.2,
        )
        seen = self.partner(PARTNERS[desk]).act(name, action("SEEN", f"seen {case}"))
        assert seen.status_code in (200, 202), seen.text
        assert self.watch.wait_decided(self.watch.records_of_intake(), 30)
        return name

    def escalations(self, name: str, clock: str = "T2") -> list[tuple[str, int, int]]:
        """Desk, level and time."""
        return [
            (each["desk"], each["level"], each["at"])
            for _, each in self.decoded("handovers")
            if each["kind"] == "ESCALATION"
            and each["clock"] == clock
            and each["referral"] == uuid.UUID(name).bytes
        ]

    def at_level(self, name: str, level: int) -> list[int]:
        return [at for _, told, at in self.escalations(name) if told == level]

    def untold(self, name: str, clock: str = "T2") -> list[int]:
        """Levels of which the hub was told that nobody has them."""
        return [
            message["body"][1]["raw"]["number"]
            for _, message in self.decoded("intake")
            if message["body"][0].endswith("StatusChange")
            and message["body"][1]["action"] == "NOT_TOLD"
            and message["body"][1]["referral"] == uuid.UUID(name).bytes
            and message["body"][1]["raw"]["code"] == clock
        ]

    def pass_until(self, moment: int) -> None:
        """In steps of a few hours, so that deliveries are tried in between."""
        while self.now() < moment:
            self.advance(min(6 * HOUR, moment - self.now()))
            time.sleep(0.3)


@pytest.fixture
def hub(services, tmp_path):
    receiver, mails = Receiver(), MailServer()
    prefix = f"notices-{time.time_ns()}."
    topic = f"of-{prefix.strip('.')}"
    admin = AdminClient({"bootstrap.servers": services.brokers})
    for made in admin.create_topics([NewTopic(topic, 1, 1)]).values():
        made.result()
    lists = {
        "endpoints": [
            {"name": desk, "url": receiver.url(f"/{desk}"), "allow_private": True}
            for desk in (LONE, BOTH)
        ],
        "deliveries": [
            {"desk": LONE, "endpoint": LONE},
            {"desk": BOTH, "endpoint": BOTH, "mail_to": CHIEF},
            {"desk": RECORDS, "way": "topic", "topic": topic},
        ],
    }
    settings = {
        "mail": {
            "url": f"smtp://127.0.0.1:{mails.port}",
            "from": "lokethub@hub.example",
            "starttls": False,
            "ops_to": OPS,
            "fold_s": 2,
        }
    }
    made = NoticeHub(tmp_path, services, WORLD, prefix, settings, lists)
    made.receiver, made.mails, made.topic, made.admin = receiver, mails, topic, admin
    made.deploy()
    made.start()
    made.ready()
    yield made
    made.end()
    receiver.end()
    mails.end()


def refer_undecided(hub: NoticeHub, desk: str, who: int, **body) -> tuple[str, int]:
    """And when it was told that it must decide."""
    hub.receiver.answers[f"/{desk}"] = notices_refused
    name = hub.refer(f"undecided {who}", desk, who, **body)
    hub.pass_until(add_working_days(hub.now(), 5) + 60_000)
    told = wait_for("L1", lambda: hub.at_level(name, 1), 30, 0.2)
    return name, told[-1]


def test_who_was_not_told_is_passed_over_after_a_working_day(hub):
    name, told = refer_undecided(hub, LONE, 1)
    hub.pass_until(add_working_days(told, 1) - HOUR)
    time.sleep(2)
    assert not hub.untold(name)
    hub.pass_until(add_working_days(told, 1) + 2 * HOUR)
    lead = wait_for("L2", lambda: hub.at_level(name, 2), 30, 0.2)[0]
    assert lead < add_working_days(told, 2) - 6 * HOUR, "its time alone brought it there"
    assert {desk for desk, level, _ in hub.escalations(name) if level == 2} == {
        LONE,
        "gemeente-rotterdam",
    }
    time.sleep(2)
    assert hub.untold(name).count(1) == 1
    assert not hub.command("orphans", node="one").strip()


def test_a_mail_that_was_taken_is_enough(hub):
    name, told = refer_undecided(hub, BOTH, 2)
    wait_for("the mail", lambda: hub.mails.at(CHIEF), 30)
    hub.pass_until(add_working_days(told, 1) + 6 * HOUR)
    time.sleep(2)
    assert not hub.untold(name)
    assert not hub.at_level(name, 2)


def test_a_mail_that_is_refused_too_is_not(hub):
    hub.mails.refused.add(CHIEF)
    name, told = refer_undecided(hub, BOTH, 3)
    hub.pass_until(add_working_days(told, 1) + 2 * HOUR)
    wait_for("L2", lambda: hub.at_level(name, 2), 30, 0.2)
    assert hub.untold(name)[0] == 1


def test_what_is_refused_for_good_climbs_at_once(hub):
    name = hub.refer("too large", RECORDS, 4, municipality="GM0153")
    size = ConfigEntry("max.message.bytes", "80", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, hub.topic, incremental_configs=[size])
    for made in hub.admin.incremental_alter_configs([resource]).values():
        made.result()
    hub.pass_until(add_working_days(hub.now(), 5) + 60_000)
    first = wait_for("L1", lambda: hub.at_level(name, 1), 30, 0.2)[-1]
    hub.advance(HOUR)  # it is looked for once a minute
    second = wait_for("L2", lambda: hub.at_level(name, 2), 30, 0.2)[0]
    assert second < first + 8 * HOUR
    assert 1 in hub.untold(name)


def test_who_runs_the_hub_is_mailed(hub):
    """That an offer is not delivered in time, with a number and no name."""
    hub.receiver.answers[f"/{LONE}"] = says(500)
    made = referral("stuck", to_desk=LONE) | {"person": person(5)}
    assert hub.partner(ROTTERDAM).refer(made).status_code == 202
    time.sleep(1)
    assert not hub.mails.at(OPS)
    hub.advance(HOUR)
    mail = wait_for("the mail", lambda: hub.mails.at(OPS), 60)[0]
    assert "Voor loket ops: 1 wacht, 1 te laat" in mail
    assert not any(word in mail for word in CANARIES)
