"""test_delivery - what desks are told arrives: in order, signed, whole, whatever they answer."""

import contextlib
import itertools
import json
import signal
import time
import uuid
from collections import Counter

import deploy
import pytest
from api import CANARIES, ApiHub, action, person, referral
from confluent_kafka.admin import AdminClient, NewTopic
from harness import wait_for
from model.wire import read_topic
from model.world import ROTTERDAM, TWENTE, WORLD
from receiver import (
    SECRET,
    MailServer,
    Receiver,
    drips,
    hangs,
    make_certificates,
    ok,
    resets,
    says,
    tls_of,
)

HOOKS = {
    "wsp-rijnmond": "/wsp",
    "leerwerkloket-rijnmond": "/leerwerk",
    "gemeente-enschede": "/enschede",
    "gemeente-almere": "/almere",
}
# All that get something, but for the one that shows no certificate.
SETTLE = (*HOOKS, "uwv-rijnmond", "werkcentrum-twente", "fonds-scholing", "uwv-twente")
NEW = itertools.count(400)  # people whom no other test refers
FOLD_S = 600  # where mails wait for a time that the test moves; no clock comes due within it
VOUCHER = {"question": "SCHOLINGSVOUCHER", "kind": "SERVICE"}


class DeliveryHub(ApiHub):
    """Its desks have webhooks at one receiver, and one a folder."""

    receiver: Receiver
    timeout_ms = 1500
    tls_port = 9

    @property
    def certificates(self):
        path = self.folder / "certificates"
        if not path.exists():
            path.mkdir()
            make_certificates(path)
        return path

    def deploy(self) -> None:
        assert self.certificates
        super().deploy()
        secret = self.folder / "secrets" / "hook"
        secret.write_text(f"{SECRET}\n")
        secret.chmod(0o600)
        self.out.mkdir(exist_ok=True)
        endpoints = [
            {
                "name": path[1:],
                "url": self.receiver.url(path),
                "allow_private": True,
                "timeout_ms": self.timeout_ms,
            }
            for path in HOOKS.values()
        ]
        endpoints += [
            {
                "name": name,
                "url": f"https://localhost:{self.tls_port}/{name}",
                "allow_private": True,
                "ca_file": str(self.folder / "certificates" / "ca.pem"),
                **more,
            }
            for name, more in {
                "shown": {
                    "cert_file": str(self.folder / "certificates" / "client.pem"),
                    "key_file": str(self.folder / "certificates" / "client.key"),
                },
                "unshown": {},
            }.items()
        ]
        deliveries = [
            {"desk": desk, "endpoint": path[1:], "signing_secrets": ["hook"]}
            for desk, path in HOOKS.items()
        ]
        deliveries[0]["mail_to"] = "chef@wsp.example"
        deliveries.append({"desk": "uwv-rijnmond", "way": "mail", "mail_to": "balie@uwv.example"})
        deliveries.append({"desk": "werkcentrum-twente", "endpoint": "shown"})
        deliveries.append({"desk": "sectorloket-techniek", "endpoint": "unshown"})
        deliveries.append({"desk": "fonds-scholing", "way": "file", "folder": str(self.out)})
        deliveries.append({"desk": "uwv-twente", "way": "topic", "topic": self.topic})
        with (self.folder / "network.conf").open("a") as file:
            file.write(deploy._list("endpoints", endpoints))
            file.write(deploy._list("deliveries", deliveries))

    @property
    def topic(self):
        return f"of-uwv-{self.prefix.strip('.')}"

    def make_topic(self):
        """Unless it is there."""
        admin = AdminClient({"bootstrap.servers": self.services.brokers})
        if self.topic not in admin.list_topics(timeout=30).topics:
            for made in admin.create_topics([NewTopic(self.topic, 3, 1)]).values():
                made.result()

    @property
    def out(self):
        return self.folder / "out"

    def refer(self, case: str, to_desk: str, who: int = 1, **body) -> str:
        made = referral(case, to_desk=to_desk, **body) | {"person": person(who)}
        answer = self.partner(ROTTERDAM).refer(made)
        assert answer.status_code == 202, answer.text
        return answer.json()["referral"]


@pytest.fixture(scope="module")
def receiver():
    made = Receiver()
    yield made
    made.end()


@contextlib.contextmanager
def a_hub(services, folder, receiver, fold_s=2):
    mails = MailServer()
    settings = {
        "mail": {
            "url": f"smtp://127.0.0.1:{mails.port}",
            "from": "lokethub@hub.example",
            "starttls": False,
            "fold_s": fold_s,
        }
    }
    hub = DeliveryHub(folder, services, WORLD, f"delivery-{time.time_ns()}.", settings)
    hub.fields = {"fields_accepted": ["bsn", "family_name"]}
    hub.mails = mails
    hub.receiver = receiver
    tls = Receiver(tls=tls_of(hub.certificates))
    hub.tls, hub.tls_port = tls, tls.port
    hub.deploy()
    hub.start()
    hub.ready()
    yield hub
    hub.end()
    tls.end()
    mails.end()


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory, receiver):
    with a_hub(services, tmp_path_factory.mktemp("delivery"), receiver) as made:
        yield made


@pytest.fixture
def fresh(services, tmp_path):
    """A hub and a receiver whose time may be moved."""
    receiver = Receiver()
    with a_hub(services, tmp_path, receiver) as made:
        yield made, receiver
    receiver.end()


@pytest.fixture
def folding(services, tmp_path, receiver):
    """A hub whose mails wait until fold() says so."""
    with a_hub(services, tmp_path, receiver, FOLD_S) as made:
        yield made


def fold(hub, desk, count):
    """What waits for the desk goes out in one mail, once it is so many handovers."""
    name = f'lokethub_delivery_waiting{{desk="{desk}"}}'
    process = hub.processes["one"]
    wait_for(f"{count} to wait", lambda: process.metric(name) == count, 60)
    hub.advance(FOLD_S * 1000)


def about(received, referral):
    return [each for each in received if each.event["data"].get("referral") == referral]


def first_fails(answer, times=1):
    """Answers so at first, then well."""
    left = [times]

    def choose(handler):
        left[0] -= 1
        (answer if left[0] >= 0 else ok)(handler)

    return choose


def offers(received):
    return [each for each in received if each.event["data"]["kind"] == "OFFER"]


def facts(hub, kind, begin=""):
    """The last of each, by id."""
    found = {}
    for record, fact in hub.decoded("facts"):
        if fact["kind"] == kind and fact["id"].startswith(begin):
            found[record.key] = fact
    return list(found.values())


def wait_until_settled(hub, *desks):
    """All handovers of these desks that there are now."""
    cursors = {}
    for record in hub.records("handovers"):
        if record.key in desks:
            cursor = (record.partition << 44 | record.offset) + 1
            cursors[record.key] = max(cursor, cursors.get(record.key, 0))

    def are_settled():
        settled = {each["id"]: each["number"] for each in facts(hub, "SETTLED")}
        return all(settled.get(desk, 0) >= cursor for desk, cursor in cursors.items())

    wait_for(f"{desks} to be settled", are_settled, 30, 0.2)


def wait_delivered(hub, name):
    path, city = f"/v1/referrals/{name}", hub.partner(ROTTERDAM)
    wait_for("DELIVERED", lambda: city.get(path).json().get("state") == "OFFERED", 20)


def test_an_offer_arrives_signed_and_the_hub_knows_it(hub, receiver):
    name = hub.refer("first", "wsp-rijnmond")
    offer = wait_for("the offer", lambda: about(receiver.at("/wsp"), name), 20)[0]
    assert offer.signature_is_right()
    assert offer.event["id"] == offer.headers["webhook-id"]
    assert offer.event["data"]["kind"] == "OFFER"
    wait_delivered(hub, name)


@pytest.mark.parametrize(
    "answer",
    [
        (60, says(500)),
        (62, says(429, Retry_After="2")),
        (64, says(302, Location="/almere")),
        (66, hangs),
        (68, drips),
        (70, resets),
    ],
    ids=["500", "429", "302", "hangs", "drips", "resets"],
)
def test_what_is_not_taken_comes_again_as_it_was(hub, receiver, answer, request):
    path = "/leerwerk"
    who, badly = answer
    receiver.answers[path] = first_fails(badly)
    name = hub.refer(request.node.callspec.id, "leerwerkloket-rijnmond", who=who)
    other = hub.refer(f"beside {request.node.callspec.id}", "wsp-rijnmond", who=who + 1)
    start = time.monotonic()
    wait_for("the other desk's", lambda: about(receiver.at("/wsp"), other), 5)
    wait_for("a second try", lambda: len(about(receiver.at(path), name)) == 2, 30)
    first, second = about(receiver.at(path), name)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert first.signature_is_right() and second.signature_is_right()
    assert second.at - first.at > (2 if "429" in request.node.callspec.id else 0.4)
    wait_until_settled(hub, "leerwerkloket-rijnmond")
    assert len(about(receiver.at(path), name)) == 2
    assert not about(receiver.at("/almere"), name)
    assert time.monotonic() - start < 30


def test_those_about_one_client_keep_their_order(hub, receiver):
    """Some are refused at first, and overtaken by those of others alone."""
    path = "/leerwerk"
    left = [4]

    def choose(handler):
        left[0] -= 1
        says(400 if left[0] % 2 == 1 and left[0] > 0 else 200)(handler)

    receiver.answers[path] = choose
    names = {}
    for who in range(21, 25):
        names[who] = hub.refer(f"order {who}", "leerwerkloket-rijnmond", who=who)
        for turn in range(5):
            said = person(who) | {"phone": f"06000000{turn:02d}"}
            again = referral(f"order {who}", to_desk="leerwerkloket-rijnmond")
            again |= {"person": said, "reference": f"{who}-{turn}"}
            assert hub.partner(ROTTERDAM).refer(again).status_code == 202
    wait_for(
        "all",
        lambda: all(
            {each.event["data"]["number"] for each in about(receiver.at(path), name)}
            == {1, 2, 3, 4, 5, 6}
            for name in names.values()
        ),
        40,
    )
    for name in names.values():
        numbers = [each.event["data"]["number"] for each in about(receiver.at(path), name)]
        assert numbers == sorted(numbers)
    receiver.answers[path] = ok


def test_a_file_for_each(hub):
    name = hub.refer("file", "fonds-scholing", who=30, **VOUCHER)
    found = wait_for("the file", lambda: list(hub.out.glob("*.json")), 20)
    assert name in found[0].read_text()
    assert not list(hub.out.glob(".*"))


def test_certificates_are_shown_and_looked_at(hub):
    """The one that shows none gets nowhere."""
    name = hub.refer("shown", "werkcentrum-twente", who=36, municipality="GM0153")
    assert wait_for("it", lambda: about(hub.tls.at("/shown"), name), 20)
    hub.refer("unshown", "sectorloket-techniek", who=37, question="OMSCHOLING")
    log = hub.processes["one"].log
    wait_for(
        "its failure",
        lambda: [
            line
            for line in log.read_text().splitlines()
            if "at=retry" in line and "via=unshown" in line
        ],
        20,
    )
    assert not hub.tls.at("/unshown")


def test_records_of_a_topic_of_its_own(hub):
    """It comes to be while one waits for it."""
    names = [hub.refer("topic 32", "uwv-twente", who=32, municipality="GM0153")]
    hub.make_topic()
    names += [
        hub.refer(f"topic {who}", "uwv-twente", who=who, municipality="GM0153") for who in (33, 34)
    ]

    def came():
        return list(read_topic(hub.services.brokers, hub.topic, ""))

    records = wait_for("all", lambda: len(came()) >= 3 and came(), 60, 1)
    events = [json.loads(record.value) for record in records]
    assert {event["data"]["referral"] for event in events} == set(names)
    assert all(
        record.headers["content-type"] == "application/cloudevents+json" for record in records
    )
    assert all(
        record.key == event["data"]["client"] for record, event in zip(records, events, strict=True)
    )
    wait_until_settled(hub, "uwv-twente")


@pytest.mark.peers
def test_a_mail_tells_how_many_wait_and_never_who(folding):
    hub = folding
    names = [hub.refer(f"mail {who}", "uwv-rijnmond", who=who) for who in (38, 39)]
    fold(hub, "uwv-rijnmond", len(names))
    mails = wait_for("the mail", lambda: hub.mails.at("balie@uwv.example"), 20)
    assert "Subject: Lokethub: 2 wachten\r\n" in mails[0]
    assert "Voor loket uwv-rijnmond: 2 wachten." in mails[0]
    assert not [word for word in (*CANARIES, *names) if word in "".join(mails)]
    for name in names:
        wait_delivered(hub, name)
    wait_until_settled(hub, "uwv-rijnmond")
    assert len(hub.mails.at("balie@uwv.example")) == 1


def test_an_escalation_goes_over_a_second_channel_too(fresh):
    hub, receiver = fresh
    name = hub.refer("late", "wsp-rijnmond", who=41)
    wait_for("the offer", lambda: about(receiver.at("/wsp"), name), 20)
    for _ in range(5):
        hub.advance(24 * 3600 * 1000)
        time.sleep(0.5)
    mails = wait_for("the mail", lambda: hub.mails.at("chef@wsp.example"), 30)
    assert " te laat\r\n" in mails[0]

    def escalations():
        found = about(receiver.at("/wsp"), name)
        return [each for each in found if each.event["data"]["kind"] == "ESCALATION"]

    assert wait_for("the escalation itself", escalations, 20)
    assert not hub.mails.at("balie@uwv.example")


def came_to_all(hub, receiver):
    """Who has got what, how often: its place, id and content."""
    found = Counter()
    for server in (receiver, hub.tls):
        found.update((each.path, each.event["id"], each.body) for each in server.all())
    found.update((path.name, "", path.read_bytes()) for path in hub.out.glob("*.json"))
    found.update((mail["to"], "", mail["text"].encode()) for mail in list(hub.mails.mails))
    found.update(
        (hub.topic, json.loads(record.value)["id"], record.value)
        for record in read_topic(hub.services.brokers, hub.topic, "")
    )
    return found


def be_killed_at(hub, receiver, point):
    """A hub of which nobody waits for anything, and that will be killed at this point; returns what
    all have got before."""
    wait_until_settled(hub, *SETTLE)
    hub.processes["one"].kill()
    before = came_to_all(hub, receiver)
    hub.start(crash_at=point)
    hub.ready()
    return before


def go_on_after_the_kill(hub, receiver, before, desk):
    """What has come since, when the desk has all and another one something that was sent later."""
    wait_for("its end", lambda: not hub.processes["one"].alive, 20)
    assert hub.processes["one"].popen.returncode == -signal.SIGKILL
    hub.start()
    hub.ready()
    wait_until_settled(hub, desk)
    later = hub.refer(f"later than {desk} {sum(before.values())}", "wsp-rijnmond", who=next(NEW))
    wait_for("what was sent later", lambda: about(receiver.at("/wsp"), later), 20)
    came = came_to_all(hub, receiver) - before
    return {each: times for each, times in came.items() if later.encode() not in each[2]}


@pytest.mark.parametrize(
    ("point", "desk", "times", "body"),
    [
        ("delivery-answered", "gemeente-enschede", 2, {"municipality": "GM0153"}),
        ("delivery-posted", "uwv-twente", 2, {"municipality": "GM0153"}),
        # Under the same name, so that there is one of it.
        ("delivery-written", "fonds-scholing", 1, VOUCHER),
    ],
)
def test_killed_in_between_it_comes_again_as_it_was(hub, receiver, point, desk, times, body):
    """The edge dies when the desk has it and nobody knows yet. No other gets anything twice."""
    hub.make_topic()
    before = be_killed_at(hub, receiver, point)
    name = hub.refer(f"killed at {point}", desk, who=next(NEW), **body)
    [(place, again)] = go_on_after_the_kill(hub, receiver, before, desk).items()
    assert again == times
    assert name.encode() in place[2] and b'"OFFER"' in place[2]


@pytest.mark.parametrize(("point", "times"), [("access-stored", 1), ("delivery-answered:2", 2)])
def test_killed_while_a_person_is_shown(hub, receiver, point, times):
    """Each time that the desk gets who it is, that was written down before; nobody else gets it."""
    desk = "gemeente-enschede"
    hub.make_topic()
    before = be_killed_at(hub, receiver, point)
    name = hub.refer(f"shown at {point}", desk, who=next(NEW), municipality="GM0153")
    wait_until_settled(hub, desk)
    accept = action("ACCEPT", f"accept {point}", actor={"worker": "team-1"})
    assert hub.partner(TWENTE).act(name, accept).status_code == 202
    came = go_on_after_the_kill(hub, receiver, before, desk)
    assert sorted(came.values()) == [1, times]
    assert {path for path, _, _ in came} == {"/enschede"}
    shown = [each for each in about(receiver.at("/enschede"), name) if is_shown(each)]
    assert len(shown) == times and shown[0].event["data"]["kind"] == "DETAILS"
    stored = sorted(
        record.time
        for record, access in hub.decoded("access")
        if access["referral"] == uuid.UUID(name).bytes and access["partner"] == TWENTE
    )
    assert len(stored) == 2  # for the try that was killed, and for the one behind it
    for disclosure, access in zip(shown, stored[-times:], strict=True):
        assert access <= disclosure.when * 1000


def is_shown(received):
    return "bsn" in received.event["data"].get("person", ())


def test_a_weekend_later_all_come_in_order(fresh):
    hub, receiver = fresh
    desk, path = "wsp-rijnmond", "/wsp"
    receiver.stop()
    names = [hub.refer(f"weekend {who}", desk, who=who) for who in range(80, 92)]
    for turn in range(5):
        again = referral("weekend 80", to_desk=desk) | {"reference": f"again {turn}"}
        again["person"] = person(80) | {"phone": f"06000000{turn:02d}"}
        assert hub.partner(ROTTERDAM).refer(again).status_code == 202

    def outage():
        return facts(hub, "OUTAGE", f"desk/{desk}/")

    wait_for("the circuit to open", outage, 30)
    assert outage()[0]["to"] is None
    for _ in range(31):
        hub.advance(2 * 3600 * 1000)
        time.sleep(0.2)
    names += [hub.refer(f"monday {who}", desk, who=who) for who in range(92, 95)]
    time.sleep(1)
    receiver.start()
    hub.advance(3600 * 1000)
    for name in names:
        wait_for("it", lambda name=name: offers(about(receiver.at(path), name)), 60)
    wait_for("what came after it", lambda: len(about(receiver.at(path), names[0])) >= 6, 20)
    numbers = [each.event["data"]["number"] for each in about(receiver.at(path), names[0])]
    assert numbers == [1, 2, 3, 4, 5, 6]
    ids = [each.headers["webhook-id"] for each in receiver.at(path)]
    assert sorted(ids) == sorted(set(ids))
    wait_for("the outage to end", lambda: outage()[0]["to"] is not None, 20)
    wait_until_settled(hub, desk)
    log = hub.processes["one"].log.read_text()
    assert "outcome=undeliverable" not in log


def test_a_view_that_is_built_anew_loses_nothing(fresh):
    """While all that waits is known by its place alone."""
    hub, receiver = fresh
    receiver.stop()
    names = [hub.refer(f"anew {who}", "wsp-rijnmond", who=who) for who in range(150, 170)]
    wait_for("the circuit to open", lambda: facts(hub, "CIRCUIT"), 30)
    wait_for("a probe", lambda: hub.processes["one"].log.read_text().count("at=retry") >= 7, 30)
    for path in (hub.folder / "data-one").glob("view.db*"):
        path.unlink()
    receiver.start()
    for name in names:
        wait_for("it", lambda name=name: about(receiver.at("/wsp"), name), 60)
    wait_until_settled(hub, "wsp-rijnmond")


def test_after_five_working_days_the_sender_is_told_and_it_still_comes(fresh):
    hub, receiver = fresh
    desk, path = "wsp-rijnmond", "/wsp"
    receiver.stop()
    name = hub.refer("never", desk, who=96)
    wait_for("the outage", lambda: facts(hub, "OUTAGE", f"desk/{desk}/"), 30)

    def told():
        return [
            message
            for _, message in hub.decoded("intake")
            if message["body"][0].endswith("StatusChange")
            and message["body"][1]["action"] == "UNDELIVERABLE"
        ]

    for day in range(1, 11):
        hub.advance(24 * 3600 * 1000)
        time.sleep(1)
        assert not told() or day >= 5
    wait_for("UNDELIVERABLE", told, 30)
    wait_for("the clocks to run on", lambda: facts(hub, "OUTAGE")[0]["to"] is not None, 20)
    receiver.start()
    hub.advance(3600 * 1000)
    wait_for("it all the same", lambda: offers(about(receiver.at(path), name)), 60)
    wait_until_settled(hub, desk)
    assert len(told()) == 1


def test_ended_in_order_nothing_comes_twice(fresh):
    hub, receiver = fresh
    names = [hub.refer(f"end {who}", "wsp-rijnmond", who=who) for who in range(120, 140)]
    wait_for("some", lambda: len(receiver.at("/wsp")) >= 5, 20)
    assert hub.processes["one"].end() == 0
    hub.start()
    hub.ready()
    for name in names:
        wait_for("it", lambda name=name: about(receiver.at("/wsp"), name), 30)
    wait_until_settled(hub, "wsp-rijnmond")
    ids = [each.headers["webhook-id"] for each in receiver.at("/wsp")]
    assert sorted(ids) == sorted(set(ids))


def test_another_edge_goes_on_where_one_ended(fresh):
    """Two edges share the desks; one is killed, and the other brings what it had not."""
    hub, receiver = fresh
    hub.start("two", role="edge")
    hub.ready()
    names = {}
    desks = {
        "wsp-rijnmond": ("/wsp", {}),
        "leerwerkloket-rijnmond": ("/leerwerk", {}),
        "gemeente-enschede": ("/enschede", {"municipality": "GM0153"}),
        "gemeente-almere": ("/almere", {"municipality": "GM0034"}),
    }

    def refer_to_all(begin):
        for i, (desk, (path, more)) in enumerate(desks.items()):
            for who in range(begin + 5 * i, begin + 5 * i + 5):
                names[hub.refer(f"two {who}", desk, who=who, **more)] = path

    refer_to_all(200)
    hub.processes["two"].kill()
    refer_to_all(300)
    for name, path in names.items():
        wait_for("it", lambda name=name, path=path: offers(about(receiver.at(path), name)), 60)
    for desk, (path, _) in desks.items():
        wait_until_settled(hub, desk)
        came = {}
        for each in receiver.at(path):
            came.setdefault(each.headers["webhook-id"], set()).add(each.body)
        assert all(len(bodies) == 1 for bodies in came.values())
