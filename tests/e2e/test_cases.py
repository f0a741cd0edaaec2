"""test_cases - a case keeps its first client; a person is told once of another one it names, and
one that stands for many is refused."""

import json
import socket
import threading
import uuid
from functools import partial
from urllib.parse import urlsplit

import deploy
import httpx
import pytest
from api import WAIT, Api, a_hub, action, identifier, person, person_of, pseudonym, referral
from harness import status_of, wait_for
from model.cases import Cases
from model.world import ROTTERDAM, UWV, WSP

OF_UWV = "uwv-rijnmond"


class Story:
    """What partners send, the model's word on it, and what lies in Kafka afterwards."""

    def __init__(self, hub):
        self.hub = hub
        self.cases = Cases(partial(pseudonym, hub.secret("pseudonym")))
        self.sent = 0

    def draft(self, case, who, **more):
        self.sent += 1
        desk = more.pop("desk", "gemeente-rotterdam")
        body = referral(case, desk, **more.pop("body", {}))
        body |= {"reference": f"{case}-{self.sent}"} | more
        if who is None:
            del body["person"]
        else:
            body["person"] = person(1) | {"text": f"text {self.sent}"}
            del body["person"]["bsn"]
            body["person"] |= who
        return body

    def send(self, partner, draft):
        """The answer, once decided; the client and referral are those of the model."""
        client = self.cases.take(partner.oin, draft)
        answer = partner.refer(draft, **WAIT)
        if client is None:
            self.check_refused(partner, draft, answer)
            return answer
        assert answer.status_code in (201, 409), answer.text
        self.check(partner, draft, answer, client)
        return answer

    def check_refused(self, partner, draft, answer):
        """Told what to mend, and recorded as any other refusal; never in intake."""
        assert answer.status_code == 400, answer.text
        [error] = answer.json()["errors"]
        assert error["field"] == "case"
        assert "2 other persons" in error["text"] and "case of its own" in error["text"]
        assert error["example"]
        record, refusal = self.refusals()[-1]
        assert (record.key, refusal["partner"]) == (partner.oin, partner.oin)
        assert (refusal["field"], refusal["text"]) == ("case", error["text"])
        assert (refusal["client"], refusal["other"], refusal["case"]) == (None, None, None)
        assert json.loads(self.hub.unseal(refusal["key"], refusal["original"])) == draft
        assert draft["reference"] not in [
            each["reference"] for _, each in self.hub.decoded("intake")
        ]

    def check(self, partner, draft, answer, client):
        message = self.stored(answer)
        assert message["client"] == client
        made = identifier(
            self.hub.secret("id"),
            *("referral", partner.oin, draft["system"], draft["case"], draft.get("leg", "")),
            client,
        )
        made[0], made[1] = client[0], client[1] & 0xF0 | made[1] & 0x0F
        assert message["body"][1]["referral"] == bytes(made)
        if "person" in draft:
            assert message["sealed"]["key"][:16] == client
            clear = person_of(self.hub.unseal(message["sealed"]["key"], message["sealed"]["box"]))
            assert clear["text"] == draft["person"]["text"]

    def stored(self, answer):
        wanted = uuid.UUID(answer.json()["message"]).bytes
        return next(each for _, each in self.hub.decoded("intake") if each["id"] == wanted)

    def twice(self, refused):
        found = self.hub.decoded("rejected")
        twice = [each for each in found if each[1]["code"] == "CASE_TWICE"]
        return [each for each in twice if each[1]["refused"] == refused]

    def listings(self):
        return [each for _, each in self.twice(refused=False)]

    def refusals(self):
        """With their records, oldest first."""
        return sorted(self.twice(refused=True), key=lambda each: each[0].time)

    def check_listings(self):
        """All that the model lists, once each, and nothing else."""
        found = [
            (each["partner"], each["case"], each["client"].hex(), each["other"].hex())
            for each in self.listings()
        ]
        assert sorted(found) == sorted(self.cases.listed)

    def named(self, who, partner=None):
        if partner:
            return self.cases.pseudonym("client/own", partner, who["own_number"])
        return self.cases.pseudonym("client/bsn", who["bsn"])

    def ask(self, *arguments):
        return json.loads(self.hub.command(*arguments, "--json", node="one"))


@pytest.fixture(scope="module")
def story(services, tmp_path_factory):
    with a_hub(services, tmp_path_factory.mktemp("cases")) as hub:
        # Ready to store; that a router is at work too shows in what it has decided.
        assert hub.partner(UWV).refer(referral("first of all", OF_UWV)).status_code == 202
        hub.wait_settled(120)
        yield Story(hub)


@pytest.fixture
def city(story):
    return story.hub.partner(ROTTERDAM)


def bsn(number):
    return {"bsn": person(number)["bsn"]}


def own(number):
    return {"own_number": f"own-{number}"}


def restart(story):
    """An edge with an empty memory, and a view that has all."""
    story.hub.wait_settled()
    assert story.hub.processes["one"].end() == 0
    story.hub.start()
    story.hub.ready()


def test_a_bsn_that_comes_later(story, city):
    first = story.send(city, story.draft("later", {}))
    second = story.send(city, story.draft("later", bsn(10)))
    assert [each.json()["result"] for each in (first, second)] == ["APPLIED", "APPLIED"]
    assert first.json()["referral"] == second.json()["referral"]
    assert second.json()["version"] == first.json()["version"] + 1
    story.check_listings()


def test_another_bsn(story, city):
    first = story.send(city, story.draft("mistyped", bsn(11)))
    second = story.send(city, story.draft("mistyped", bsn(12)))
    assert first.json()["referral"] == second.json()["referral"]
    story.check_listings()


def test_an_own_number_and_then_a_bsn(story, city):
    story.send(city, story.draft("numbered", own(13)))
    story.send(city, story.draft("numbered", own(13) | bsn(13)))
    story.send(city, story.draft("numbered", own(13)))
    story.check_listings()


def test_who_says_less_says_nothing_else(story, city):
    before = len(story.cases.listed)
    first = story.send(city, story.draft("known", bsn(14)))
    second = story.send(city, story.draft("known", None))
    third = story.send(city, story.draft("known", {}))
    assert {each.json()["referral"] for each in (second, third)} == {first.json()["referral"]}
    assert len(story.cases.listed) == before
    story.check_listings()


def test_another_leg_is_the_same_client(story, city):
    first = story.send(city, story.draft("legs", {}, body={"kind": "SERVICE"}))
    second = story.send(city, story.draft("legs", bsn(15), leg="2", body={"kind": "SERVICE"}))
    assert first.json()["referral"] != second.json()["referral"]
    assert second.json()["result"] == "APPLIED"
    story.check_listings()


def test_others_with_the_same_word(story, city):
    """Another partner, another system: other cases."""
    uwv = story.hub.partner(UWV)
    story.send(city, story.draft("word", bsn(16)))
    story.send(uwv, story.draft("word", bsn(17), desk=OF_UWV))
    story.send(city, story.draft("word", bsn(18), system="other"))
    story.send(city, story.draft("word", bsn(16)))
    assert len({client for case, client in story.cases.first.items() if case[2] == "word"}) == 3
    assert not [each for each in story.cases.listed if each[1] == "word"]
    story.check_listings()


def request_of(path, body, token):
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {token}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


def test_two_in_one_burst(story, city):
    """The second one is caught before any view has the first."""
    drafts = [story.draft("burst", who) for who in ({}, bsn(19), bsn(19), bsn(20))]
    clients = {story.cases.take(ROTTERDAM, each) for each in drafts}
    assert len(clients) == 1
    token = deploy.token_of(ROTTERDAM)
    address = urlsplit(story.hub.processes["one"].url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as stream:
        stream.sendall(b"".join(request_of("/v1/referrals", each, token) for each in drafts))
        answers = b""
        while answers.count(b"HTTP/1.1 ") < len(drafts):
            answers += stream.recv(65536)
    assert answers.count(b"HTTP/1.1 202 ") == len(drafts)
    found = [each for _, each in story.hub.decoded("intake") if each["case"] == "burst"]
    assert {each["client"] for each in found} == clients
    assert len(found) == len(drafts)
    story.check_listings()


def test_what_was_rejected_does_not_hold_its_case(story, city):
    """A desk that has the client refers it to itself, which is refused: nothing came of it."""
    uwv = story.hub.partner(UWV)
    held = story.send(uwv, story.draft("holder", bsn(21), desk=OF_UWV))
    assert held.json()["result"] == "APPLIED"
    uwv_again = story.draft("let go", bsn(21), desk=OF_UWV, body={"to_desk": OF_UWV})
    refused = story.send(uwv, uwv_again)
    assert refused.status_code == 409
    story.hub.wait_settled()
    del story.cases.first[UWV, "suite", "let go"]
    story.send(uwv, story.draft("let go", bsn(22), desk=OF_UWV))
    assert not [each for each in story.cases.listed if each[1] == "let go"]
    story.check_listings()


def test_a_restarted_edge_asks_its_view(story, city):
    story.send(city, story.draft("restart", {}))
    restart(story)
    city = story.hub.partner(ROTTERDAM)
    story.send(city, story.draft("restart", bsn(23)))
    story.check_listings()
    restart(story)
    city = story.hub.partner(ROTTERDAM)
    tomorrow = story.draft("restart", bsn(23))
    story.send(city, tomorrow)
    story.send(city, tomorrow)
    story.check_listings()
    story.send(city, story.draft("restart", bsn(24)))
    story.check_listings()


def first_answer(api, draft):
    """Of an edge that is just starting; None: there is none yet, or it says to come back."""
    try:
        answer = api.refer(draft)
    except httpx.TransportError:
        return None
    return answer if answer.status_code != 503 else None


def lose_view(story):
    for path in (story.hub.folder / "data-one").glob("view.db*"):
        path.unlink()


def send_at_once(story, api, draft):
    """Taken the moment that the edge takes anything; then again, to compare with the model."""
    answer = wait_for("an answer", lambda: first_answer(api, draft), 60, 0.01)
    assert answer.status_code == 202
    story.hub.ready()
    story.send(api, draft)
    story.check_listings()


def test_an_edge_takes_nothing_before_it_knows_the_past(story, city):
    story.send(city, story.draft("early", bsn(26)))
    story.hub.wait_settled()
    assert story.hub.processes["one"].end() == 0
    lose_view(story)
    story.hub.start()
    city = story.hub.partner(ROTTERDAM)
    send_at_once(story, city, story.draft("early", bsn(27)))


def test_a_view_is_built_anew_under_a_running_edge(story, city):
    """The edge reads the new file, and takes nothing that it must know the past for until then."""
    admin = story.hub.processes["one"].admin
    story.send(city, story.draft("anew", bsn(28)))
    restart(story)
    lose_view(story)
    city = story.hub.partner(ROTTERDAM)
    wait_for("not to be ready", lambda: status_of(admin + "/ready") == 503, 10, 0.01)
    send_at_once(story, city, story.draft("anew", bsn(29)))


def test_one_case_for_many(story, city):
    """The first three are told apart by a person; those behind them need cases of their own."""
    drafts = [story.draft("onbekend", bsn(number)) for number in range(30, 35)]
    assert [story.send(city, each).status_code for each in drafts] == [201] * 3 + [400] * 2
    assert [story.send(city, each).status_code for each in drafts] == [201] * 3 + [400] * 2
    restart(story)
    city = story.hub.partner(ROTTERDAM)
    assert [story.send(city, each).status_code for each in drafts] == [201] * 3 + [400] * 2
    assert story.send(city, story.draft("onbekend", None)).status_code == 201
    event = {"specversion": "1.0", "id": "many", "source": "/suite", "type": "nl.verwijzing"}
    answer = city.refer(event | {"data": drafts[3]}, Content_Type="application/cloudevents+json")
    assert [each["field"] for each in answer.json()["errors"]] == ["data.case"]
    assert story.refusals()[-1][1]["field"] == "case"
    assert story.send(city, drafts[3] | {"case": "of its own 33"}).status_code == 201
    assert story.named(bsn(33)) in story.cases.first.values()
    story.check_listings()


def test_an_action_reaches_the_referral(story, city):
    """Its id is that of the case's client, and stays so."""
    wsp = story.hub.partner(WSP)
    body = {"to_desk": "wsp-rijnmond"}
    name = story.send(city, story.draft("acted", {}, body=body)).json()["referral"]
    again = story.send(city, story.draft("acted", bsn(25), body=body))
    assert again.json()["referral"] == name
    taken = wsp.act(name, action("ACCEPT", "cases-1", actor={"worker": "team-1"}), **WAIT)
    assert taken.status_code == 201
    receipt = city.get("/v1/receipts/acted").json()
    assert [each["state"] for each in receipt["referrals"]] == ["ACCEPTED"]
    story.send(city, story.draft("acted", bsn(26), body=body))
    newest = next(each for each in story.listings() if each["other"] == story.named(bsn(26)))
    assert newest["owner"] == "wsp-rijnmond"
    story.check_listings()


def test_what_a_person_is_told(story, city):
    story.send(city, story.draft("told", own(27)))
    second = story.draft("told", own(27) | bsn(27))
    answer = story.send(city, second)
    listing = next(each for each in story.listings() if each["case"] == "told")
    assert listing["owner"] == "gemeente-rotterdam"
    assert not listing["refused"]
    assert "merge" in listing["text"] and "correct" in listing["text"]
    assert listing["form"] == "SEALED"
    assert listing["message"] == uuid.UUID(answer.json()["message"]).bytes
    assert listing["key"][:16] == listing["client"]
    assert json.loads(story.hub.unseal(listing["key"], listing["original"])) == second


def test_the_commands(story, city):
    story.send(city, story.draft("shown", own(28)))
    story.send(city, story.draft("shown", own(28) | bsn(28)))
    story.send(city, story.draft("of its own", bsn(28)))
    story.hub.wait_settled()
    first = story.named(own(28), ROTTERDAM).hex()
    second = story.named(bsn(28)).hex()
    count = len(story.cases.listed) + len(story.refusals())

    def listed():
        rows = story.ask("rejected", "--code", "CASE_TWICE")["rejected"]
        return rows if len(rows) >= count else None

    rows = wait_for("the view to have all listings", listed, 30)
    assert len(rows) == count
    row = next(each for each in rows if each.get("case") == "shown")
    assert (row["client"], row["other"]) == (first, second)
    assert row["owner"] == "gemeente-rotterdam"
    shown = story.ask("rejected", "show", row["id"])
    assert (shown["client"], shown["other"], shown["case"]) == (first, second, "shown")
    assert "went on" in shown["source"]
    for one, other in ((first, second), (second, first)):
        told = story.hub.command("where", one, node="one")
        assert f"the same person as {other}: case shown of" in told, told
    assert story.hub.command("orphans", node="one") == ""
    flow = story.ask("flow")
    assert flow["closes"]
    for row in flow["flow"]:
        parts = ("applied", "duplicate", "refused", "rejected", "parked", "in_flight")
        assert row["received"] == sum(row[name] for name in parts)
    received = {row["partner"]: row["received"] for row in flow["flow"]}
    sent = [each["partner"] for _, each in story.hub.decoded("intake")]
    refused = [each["partner"] for _, each in story.refusals()]
    assert received == {name: (sent + refused).count(name) for name in received}
    assert {row["partner"]: row["refused"] for row in flow["flow"]} == {
        name: refused.count(name) for name in received
    }
    assert len(refused) >= 7


def test_the_judge(story):
    report = story.hub.judge()
    assert not report.differences, report
    assert report.counts["cases with two clients"] == 0
    assert report.counts["listings"] == len(story.cases.listed) > 10
    assert report.counts["listed again"] == 0
    assert report.counts["cases of too many"] == 0


def test_two_edges_at_once(story):
    """Within the lag of their views both take the case for new: the view finds it."""
    hub = story.hub
    hub.start("two", "edge")
    hub.ready()
    edges = [Api(hub.processes[name].url, ROTTERDAM) for name in ("one", "two")]
    for api in edges:  # so that both have a view, and a connection
        wait_for("a view", lambda api=api: api.get("/v1/receipts/none").status_code == 404, 30)
    found = {}
    for turn in range(20):
        case = f"raced {turn}"
        race(edges, [story.draft(case, bsn(29)), story.draft(case, own(29))])
        hub.wait_settled()
        found = {each["client"] for _, each in hub.decoded("intake") if each["case"] == case}
        if len(found) > 1:
            break
    assert len(found) == 2
    one, other = sorted(client.hex() for client in found)
    rows = wait_for("the view to find them", lambda: story.ask("orphans")["orphans"], 30)
    assert [(row["invariant"], row["client"]) for row in rows] == [("I17", one)]
    assert other in rows[0]["text"]
    assert f"the same person as {other}" in hub.command("where", one, node="one")
    assert f"the same person as {one}" in hub.command("where", other, node="one")
    assert hub.judge().counts["cases with two clients"] == 1


def race(edges, drafts):
    start = threading.Barrier(len(edges))
    statuses = []

    def post(api, draft):
        start.wait()
        statuses.append(api.refer(draft).status_code)

    threads = [threading.Thread(target=post, args=pair) for pair in zip(edges, drafts, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [202, 202]
