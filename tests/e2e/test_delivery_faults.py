"""test_delivery_faults - desks on hold, and places that are gone, refuse or hang."""

import json
import os
import time
from datetime import UTC, datetime, timedelta

import test_delivery
from api import person, referral
from harness import wait_for
from model.world import ROTTERDAM
from receiver import ok, says
from test_delivery import about, facts, fold, offers, wait_until_settled

hub, receiver, fresh = test_delivery.hub, test_delivery.receiver, test_delivery.fresh
folding = test_delivery.folding


def circuits(hub, node):
    """Of the desks that the edge has, or once had."""
    lines = hub.processes[node].metrics()
    rows = [line.split() for line in lines if line.startswith("lokethub_delivery_circuit{")]
    return {name: int(value) for name, value in rows}


def circuit(hub, desk):
    return circuits(hub, "one").get(f'lokethub_delivery_circuit{{desk="{desk}"}}')


def outages(hub):
    return json.loads(hub.command("outages", "--json", node="one"))["outages"]


def tries(hub, desk, text):
    """Handovers that were tried and not taken, with that in the reason."""
    lines = hub.processes["one"].log.read_text().splitlines()
    return [each for each in lines if "at=retry" in each and f"to={desk} " in each and text in each]


def test_what_comes_for_a_desk_on_hold_waits(hub, receiver):
    desk, path = "gemeente-enschede", "/enschede"
    receiver.answers[path] = ok
    before = len(receiver.at(path))
    hub.command("desk", "hold", desk, "--reason", "verhuizing")
    wait_for("the hold", lambda: circuit(hub, desk) == 3, 15)
    names = [
        hub.refer(f"held {who}", desk, who=who, municipality="GM0153") for who in range(400, 403)
    ]
    for turn in range(3):
        again = referral("held 400", to_desk=desk, municipality="GM0153")
        again |= {"reference": f"held again {turn}", "person": person(400) | {"phone": f"06{turn}"}}
        assert hub.partner(ROTTERDAM).refer(again).status_code == 202
    other = hub.refer("beside the hold", "wsp-rijnmond", who=403)
    wait_for("the other desk's", lambda: about(receiver.at("/wsp"), other), 10)
    time.sleep(1)
    assert len(receiver.at(path)) == before
    [outage] = [row for row in outages(hub) if row["who"] == f"desk/{desk}"]
    assert outage["to"] is None and outage["text"] == "on hold"
    hub.command("desk", "release", desk)
    for name in names:
        wait_for("it", lambda name=name: about(receiver.at(path), name), 15)
    wait_until_settled(hub, desk)
    numbers = [each.event["data"]["number"] for each in about(receiver.at(path), names[0])]
    assert numbers == [1, 2, 3, 4]
    assert circuit(hub, desk) == 0
    [outage] = [row for row in outages(hub) if row["who"] == f"desk/{desk}"]
    assert outage["to"] and outage["text"] == "on hold"


def test_one_that_is_gone_is_left_alone_until_it_is_released(fresh):
    """Whichever edge has the desk; one that is not mended is asked once more, and gone again."""
    hub, receiver = fresh
    hub.start("two", role="edge")
    hub.ready()
    wait_for("the other edge's desks", lambda: circuits(hub, "two"), 30)
    desk, path = "gemeente-almere", "/almere"

    def is_gone():
        return [fact for fact in facts(hub, "CIRCUIT") if fact["text"] == "gone"]

    receiver.answers[path] = says(410)
    names = [hub.refer("gone", desk, who=50, municipality="GM0034")]
    wait_for("the 410", lambda: receiver.at(path), 20)
    wait_for("the fact", is_gone, 20)
    names.append(hub.refer("gone too", desk, who=51, municipality="GM0034"))
    time.sleep(3)
    assert len(receiver.at(path)) == 1
    logs = "".join(process.log.read_text() for process in hub.processes.values())
    assert "level=error" in logs and "outcome=gone" in logs
    hub.command("desk", "release", desk)
    wait_for("one more", lambda: len(receiver.at(path)) == 2, 15)
    wait_for("the fact again", is_gone, 20)
    time.sleep(3)
    assert len(receiver.at(path)) == 2
    receiver.answers[path] = ok
    hub.command("desk", "release", desk)
    for name in names:
        wait_for("it", lambda name=name: about(receiver.at(path), name), 15)
    wait_for("the end", lambda: facts(hub, "CIRCUIT")[0]["text"] == "closed", 10)


def test_one_that_is_gone_is_tried_again_by_a_restart(fresh):
    hub, receiver = fresh
    receiver.answers["/almere"] = says(410)
    name = hub.refer("gone", "gemeente-almere", who=50, municipality="GM0034")
    wait_for("the fact", lambda: [f for f in facts(hub, "CIRCUIT") if f["text"] == "gone"], 20)
    receiver.answers["/almere"] = ok
    assert hub.processes["one"].end() == 0
    hub.start()
    hub.ready()
    came = wait_for("it", lambda: about(receiver.at("/almere"), name)[1:], 30)
    assert len(came) == 1
    wait_for("the end", lambda: facts(hub, "CIRCUIT")[0]["text"] == "closed", 10)


def test_an_address_that_is_refused_is_its_desks_matter(hub):
    """However many were to be told in that mail, the server is well."""
    desk, address = "uwv-rijnmond", "balie@uwv.example"
    before = len(hub.mails.at(address))
    hub.mails.refused.add(address)
    for who in range(410, 416):
        hub.refer(f"refused {who}", desk, who=who)
    wait_for("all tries", lambda: len(tries(hub, desk, "answered 550")) >= 6, 20)
    time.sleep(1)
    assert circuit(hub, desk) == 0
    hub.mails.refused.clear()
    wait_for("the mail", lambda: hub.mails.at(address)[before:], 20)
    wait_until_settled(hub, desk)


def test_a_mail_server_that_sends_us_away_failed_once(folding):
    """Of a mail that tells of six."""
    hub, desk = folding, "uwv-rijnmond"
    hub.mails.busy = 1
    for who in range(420, 426):
        hub.refer(f"busy {who}", desk, who=who)
    fold(hub, desk, 6)
    wait_for("all tries", lambda: len(tries(hub, desk, "421")) >= 6, 20)
    time.sleep(1)
    assert circuit(hub, desk) == 0
    wait_for("the mail", lambda: hub.mails.at("balie@uwv.example"), 20)
    wait_until_settled(hub, desk)


def test_a_folder_that_hangs_holds_up_no_webhook(hub, receiver):
    """Whoever opens a pipe to write to it waits for a reader: as with a disk that is away."""
    desk = "fonds-scholing"
    first = refer_to_fund(hub, "before the pipe", 430)
    wait_for("a file", lambda: files_about(hub, first), 20)
    last = max(int(path.stem) for path in hub.out.glob("*.json"))
    pipes = [hub.out / f".{last + i:020d}.part" for i in range(1, 60)]
    for pipe in pipes:
        os.mkfifo(pipe)
    name = refer_to_fund(hub, "into the pipe", 431)
    readers = []
    try:
        for who in range(432, 442):
            other = hub.refer(f"beside the pipe {who}", "wsp-rijnmond", who=who)
            wait_for("the other desk's", lambda other=other: about(receiver.at("/wsp"), other), 10)
        assert not files_about(hub, name)
    finally:
        readers = [os.open(pipe, os.O_RDONLY | os.O_NONBLOCK) for pipe in pipes if pipe.exists()]
        for pipe in pipes:
            pipe.unlink(missing_ok=True)
    wait_for("the file all the same", lambda: files_about(hub, name), 30)
    wait_until_settled(hub, desk)
    for reader in readers:
        os.close(reader)


def refer_to_fund(hub, case, who):
    made = referral(case, to_desk="fonds-scholing", question="SCHOLINGSVOUCHER", kind="SERVICE")
    answer = hub.partner(ROTTERDAM).refer(made | {"person": person(who)})
    assert answer.status_code == 202, answer.text
    return answer.json()["referral"]


def files_about(hub, name):
    return [path for path in hub.out.glob("*.json") if name in path.read_text()]


def test_ops_sees_what_could_not_be_brought_until_it_comes(fresh):
    """No offer, of which its sender is told: reminders of a desk that does not decide."""
    hub, receiver = fresh
    desk, path = "wsp-rijnmond", "/wsp"
    name = hub.refer("unbrought", desk, who=450)
    wait_for("the offer", lambda: about(receiver.at(path), name), 20)
    wait_until_settled(hub, desk)

    def undelivered():
        rows = json.loads(hub.command("outages", "--json", node="one"))["undelivered"]
        return [row for row in rows if row["desk"] == desk]

    receiver.answers[path] = says(503)

    def is_a_day_later():
        hub.advance(24 * 3600 * 1000)
        time.sleep(1)
        return undelivered()

    rows = wait_for("what waits", is_a_day_later, 60)
    assert all(row["kind"] != "OFFER" and row["given_up"] is None for row in rows)
    assert rows[0]["text"].startswith("its system has not answered for five working days")
    receiver.answers[path] = ok
    hub.command("desk", "release", desk)
    wait_until_settled(hub, desk)
    wait_for("nothing", lambda: not undelivered(), 10)

    def unseen():
        """Facts of it that are not deleted: nobody would ever need them again."""
        left = {}
        for record in hub.records("facts"):
            if record.key.startswith(f"undelivered/{desk}/"):
                left[record.key] = record.value is not None
        assert left, "there were such facts"
        return [key for key, is_left in left.items() if is_left]

    wait_for("their deletion", lambda: not unseen(), 20)


def test_what_is_older_than_the_desk_wants_is_not_brought(fresh):
    """As where a desk used to ask for it: at first it would get all of 90 days."""
    hub, receiver = fresh
    desk, path = "gemeente-almere", "/almere"
    day = datetime.now(UTC).date() + timedelta(days=2)
    hub.processes["one"].kill()
    network = hub.folder / "network.conf"
    row = f'desk = "{desk}"; endpoint'
    assert network.read_text().count(row) == 1
    network.write_text(network.read_text().replace(row, f'from = "{day}"; {row}'))
    hub.start()
    hub.ready()
    old = hub.refer("old", desk, who=460, municipality="GM0034")
    other = hub.refer("beside the old", "wsp-rijnmond", who=461)
    wait_for("the other desk's", lambda: about(receiver.at("/wsp"), other), 20)
    hub.processes["one"].kill()
    hub.advance(3 * 24 * 3600 * 1000)
    hub.start()
    hub.ready()
    new = hub.refer("new", desk, who=462, municipality="GM0034")
    wait_for("the new one", lambda: about(receiver.at(path), new), 20)
    assert not offers(about(receiver.at(path), old))
