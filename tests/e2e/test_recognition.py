"""test_recognition - a company loses its recognition: who has a client there is told, once."""

import contextlib
import json
import time
from itertools import count
from uuid import UUID

import httpx
import pytest
from api import WAIT, ApiHub, action, person, referral
from harness import wait_for
from model.world import FUND, LEERWERK, ROTTERDAM, UWV, WORLD, WSP

SBB = FUND  # a partner whose word on companies counts
HEAD = "leerbedrijf_id;kvk;recognition;crebo;since;name"
NUMBERS = count(2100)


class Sbb:
    """The hub, and what SBB puts into its folder or posts."""

    def __init__(self, hub: ApiHub, drop) -> None:
        self.hub, self.drop, self.files = hub, drop, 0
        self.numbers: dict[str, int] = {}  # of a referral's client and case

    def put(self, *rows: str) -> str:
        """Drops a table and returns the text of its answer."""
        self.files += 1
        name = f"erkenningen-{self.files}.csv"
        aside = self.drop / f".{name}"
        aside.write_text("\n".join([HEAD, *rows]) + "\n")
        aside.rename(self.drop / name)

        def answer():
            found = [*self.drop.glob(f"*/*-{name}.answer*")]
            return found[0].read_text() if found else None

        return wait_for(f"the answer to {name}", answer, 60)

    def refer(self, leerbedrijf: str | None, partner=ROTTERDAM, desk="gemeente-rotterdam", **more):
        """The id of a new client's referral, decided; it lies in somebody's inbox."""
        number = next(NUMBERS)
        employer = {"employer": {"leerbedrijf_id": leerbedrijf}} if leerbedrijf else {}
        draft = referral(f"erk-{number}", desk, question="LEERBAAN", **employer, **more)
        draft["person"] = person(number)
        answer = self.hub.partner(partner).refer(draft, **WAIT)
        assert answer.status_code == 201, answer.text
        name = answer.headers["location"].rpartition("/")[2]
        self.numbers[name] = number
        return name

    def words(self, *referrals: str) -> list[tuple[str, str]]:
        """Who was told it of which of these referrals."""
        names = {bytes.fromhex(each.replace("-", "")): each for each in referrals}
        return sorted(
            (each["desk"], names[each["referral"]])
            for _, each in self.hub.decoded("handovers")
            if each["row"] == "31" and each["referral"] in names
        )

    def wait_words(self, *expected: tuple[str, str], seconds: float = 60) -> None:
        names = [referral for _, referral in expected]
        wait_for("who is told", lambda: len(self.words(*names)) >= len(expected) or None, seconds)
        assert self.words(*names) == sorted(expected)


def sources(drop):
    return [
        {"name": "files", "partner": SBB, "connector": "recognition", "folder": str(drop)},
        {"name": "events", "partner": SBB, "connector": "recognition"},
        {"name": "foreign", "partner": UWV, "connector": "recognition"},
        {"name": "drafts", "partner": UWV, "connector": "cloudevent"},
        {"name": "referrals", "partner": SBB, "connector": "cloudevent"},
        {"name": "table", "partner": WSP, "connector": "csv"},
        {
            "name": "contacts",
            "partner": SBB,
            "connector": "contactmoment",
            "settings": {
                "employers": (("90001354", "100333"), ("90001362", "100334")),
                "words": (("true", "RECOGNISED"), ("false", "WITHDRAWN")),
            },
        },
    ]


@pytest.fixture(scope="module")
def sbb(services, tmp_path_factory):
    """Each test has companies of its own."""
    folder = tmp_path_factory.mktemp("recognition")
    hub = ApiHub(folder, services, WORLD, f"recognition-{time.time_ns()}.")
    hub.lists = {"sources": sources(folder / "drop")}
    hub.deploy()
    path = folder / "network.conf"
    path.write_text(
        path.read_text().replace(f'oin = "{SBB}";', f'oin = "{SBB}"; recognises = true;')
    )
    hub.start()
    hub.ready()
    yield Sbb(hub, folder / "drop")
    hub.end()


def event(number, leerbedrijf, since, recognition="WITHDRAWN", **more):
    return {
        "specversion": "1.0",
        "id": f"erk-{number}",
        "source": f"urn:nld:oin:{SBB}:systeem:erkenning",
        "type": "nl.leerwerkloketten.erkenning-gewijzigd",
        "data": {
            "leerbedrijf_id": leerbedrijf,
            "recognition": recognition,
            "since": since,
            **more,
        },
    }


def look_again(sbb):
    """Waits until the hub has looked at least once more at what there is: a word is sent for a
    referral of a company that nobody else names."""
    mark = f"900{next(NUMBERS)}"
    assert "taken" in sbb.put(f"{mark};;WITHDRAWN;;2026-03-01;")
    sbb.wait_words(("gemeente-rotterdam", sbb.refer(mark)))


def test_who_has_a_client_there_is_told_once_whatever_is_killed(sbb):
    """Two clients at two desks with one company, a third with another, a fourth with none."""
    one = sbb.refer("100123456")
    two = sbb.refer("100123456", UWV, "uwv-rijnmond")
    other, none = sbb.refer("100123457"), sbb.refer(None)
    version = sbb.hub.partner(ROTTERDAM).get(f"/v1/referrals/{one}").json()
    withdrawn = "100123456;90001354;WITHDRAWN;;2026-03-01;Voorbeeld BV"
    answer = sbb.put("100123456;90001354;RECOGNISED;;2025-01-01;", withdrawn)
    assert answer.splitlines()[1:] == ["line 2;taken;;", "line 3;taken;;"]
    expected = [("gemeente-rotterdam", one), ("uwv-rijnmond", two)]
    sbb.wait_words(*expected)
    after = sbb.hub.partner(ROTTERDAM).get(f"/v1/referrals/{one}").json()
    assert {**version, "history": None} == {**after, "history": None}

    sbb.hub.processes["one"].kill()
    sbb.hub.start()
    sbb.hub.ready()
    assert "taken" in sbb.put(withdrawn)
    look_again(sbb)
    assert sbb.words(one, two, other, none) == sorted(expected)

    late = sbb.refer("100123456", WSP, "wsp-rijnmond")
    sbb.wait_words(("wsp-rijnmond", late))
    look_again(sbb)
    assert sbb.words(one, two, other, none, late) == sorted([*expected, ("wsp-rijnmond", late)])
    told = [each for _, each in sbb.hub.decoded("handovers") if each["action"] == "RECOGNITION"]
    assert {each["kind"] for each in told} == {"STATUS"}
    assert {each["role"] for each in told} == {"OWNER"}
    assert all("recognition" in each["text"] and each["body"] is None for each in told)


@pytest.mark.parametrize(
    ("crash_at", "company"), [("before-commit", "100200300"), ("intake-stored", "100200301")]
)
def test_killed_while_it_is_told(sbb, crash_at, company):
    """The hub dies while it stores or decides something, and is told the same again."""
    one = sbb.refer(company)
    sbb.hub.processes["one"].kill()
    process = sbb.hub.start(crash_at=crash_at)
    wait_for("a crash or its readiness", lambda: not process.alive or process.is_ready(), 60)
    if process.alive:
        said = json.dumps(event(1, company, "2026-03-01")).encode()
        with contextlib.suppress(httpx.HTTPError):  # it may be gone already
            answer = sbb.hub.partner(SBB).post(f"/v1/in/{SBB}/events", said)
            assert answer.status_code in (204, 503)
        wait_for("the crash", lambda: not process.alive, 60)
    sbb.hub.start()
    sbb.hub.ready()
    answer = sbb.hub.partner(SBB).post(
        f"/v1/in/{SBB}/events", json.dumps(event(1, company, "2026-03-01")).encode()
    )
    assert answer.status_code == 204, answer.text
    sbb.wait_words(("gemeente-rotterdam", one))
    look_again(sbb)
    assert sbb.words(one) == [("gemeente-rotterdam", one)]


def test_events_crebos_and_good_news(sbb):
    of_crebo = sbb.refer("100777", education={"crebo": "25655"})
    of_another = sbb.refer("100777", education={"crebo": "25998"})
    of_any = sbb.refer("100777")
    again = sbb.refer("100888")
    body = [
        event(1, "100777", "2026-03-01", crebo="25655"),
        event(2, "100888", "2026-04-01", "RECOGNISED"),
        event(3, "100888", "2026-03-01"),
        event(4, "100999", "morgen"),
    ]
    partner = sbb.hub.partner(SBB)
    answer = partner.post(f"/v1/in/{SBB}/events", json.dumps(body).encode())
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["field"].endswith("data.since")
    sbb.wait_words(("gemeente-rotterdam", of_crebo), ("gemeente-rotterdam", of_any))
    look_again(sbb)
    assert sbb.words(of_another, again) == []


def contact(kvk, day, recognised):
    employer = {"nummerKvk": kvk, "erkendSbbLeerbedrijf": recognised}
    return {"datum": day, "accountmanager": {"naam": "Z. Manager"}, "werkgever": employer}


def test_what_was_heard_of_a_company(sbb):
    """Of two companies a WSP hears that they are recognised. SBB withdraws one as of an earlier
    day: its word stands. Of the other the WSP hears otherwise later, twice: its client's desk is
    told once. Who was heard to say it is kept nowhere."""
    withdrawn, heard_of = sbb.refer("100333"), sbb.refer("100334")
    rows = [
        contact("90001354", "2026-03-02", True),
        contact("90001362", "2026-03-01", True),
        contact("9000135", "2026-03-02", True),
    ]
    body = json.dumps({"maximumAantalResultatenBereikt": False, "matches": rows}).encode()
    answer = sbb.hub.partner(SBB).post(f"/v1/in/{SBB}/contacts", body)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["field"].endswith("werkgever.nummerKvk") and "Manager" not in answer.text
    sbb.put("100333;;WITHDRAWN;;2026-03-01;", "100334;;RECOGNISED;;2026-03-01;")
    sbb.wait_words(("gemeente-rotterdam", withdrawn))
    look_again(sbb)
    assert sbb.words(heard_of) == []
    for day in ("2026-03-05", "2026-03-08"):
        heard = json.dumps([contact(kvk, day, False) for kvk in ("90001354", "90001362")]).encode()
        assert sbb.hub.partner(SBB).post(f"/v1/in/{SBB}/contacts", heard).status_code == 204
        sbb.wait_words(("gemeente-rotterdam", heard_of))
    look_again(sbb)
    both = [("gemeente-rotterdam", each) for each in (withdrawn, heard_of)]
    assert sbb.words(withdrawn, heard_of) == sorted(both)


def test_an_amendment_and_what_is_over(sbb):
    changed, ended = sbb.refer("100555"), sbb.refer("100556")
    city = sbb.hub.partner(ROTTERDAM)
    number = sbb.numbers[changed]
    draft = referral(f"erk-{number}", question="LEERBAAN", employer={"leerbedrijf_id": "100666"})
    draft |= {"person": person(number), "reference": "amended"}
    assert city.refer(draft, **WAIT).status_code in (200, 201)
    cancel = {
        "reference": "cancelled",
        "body": {"StatusChange": {"action": "ENTERED_IN_ERROR", "reason": "SENDER_ERROR"}},
    }
    assert city.act(ended, cancel, **WAIT).status_code == 201
    sbb.put("100555;;WITHDRAWN;;2026-03-01;", "100556;;WITHDRAWN;;2026-03-01;")
    look_again(sbb)
    assert sbb.words(changed, ended) == []
    sbb.put("100666;;WITHDRAWN;;2026-03-01;")
    sbb.wait_words(("gemeente-rotterdam", changed))


def test_only_sbb_says_it(sbb):
    one = sbb.refer("100444")
    uwv = sbb.hub.partner(UWV)
    said = event(1, "100444", "2026-03-01")
    answer = uwv.post(f"/v1/in/{UWV}/foreign", json.dumps(said).encode())
    assert answer.status_code == 400
    assert "not for this partner" in answer.json()["errors"][0]["text"]
    draft = {
        "case": "100444",
        "reference": "r-1",
        "body": {
            "StatusChange": {
                "action": "RECOGNITION",
                "raw": {"scheme": "recognition", "code": "WITHDRAWN"},
                "effective_date": "2026-03-01",
            }
        },
    }
    answer = uwv.post(f"/v1/in/{UWV}/drafts", json.dumps({**said, "data": draft}).encode())
    assert answer.status_code == 400
    assert "not for this partner" in answer.json()["errors"][0]["text"]
    change = {"reference": "r-2", "body": draft["body"]}
    answer = sbb.hub.partner(ROTTERDAM).act(one, change, **WAIT)
    assert answer.status_code == 409
    look_again(sbb)
    assert sbb.words(one) == []


TABLE = (
    "case;subject;question;from_desk;to_desk;kind;employer.kvk;employer_name;origin;"
    "legal_basis.kind;municipality\n"
    "wens-1;EMPLOYER;LEERBEDRIJF;wsp-rijnmond;leerwerkloket-rijnmond;TRANSFER;90001354;"
    "Voorbeeld BV;EMPLOYER;PUBLIC_TASK;GM0599\n"
)


def test_an_employer_that_wants_to_be_recognised(sbb):
    """The WSP refers it in a table; a desk takes it; then SBB asks for the same one by event."""
    hub = sbb.hub
    wsp, desk, partner = (hub.partner(each) for each in (WSP, LEERWERK, SBB))
    answer = wsp.post(f"/v1/in/{WSP}/table", TABLE.encode(), Content_Type="text/csv")
    assert answer.status_code == 200 and "taken" in answer.text, answer.text

    def receipt():
        answer = wsp.get("/v1/receipts/wens-1")
        found = answer.json()["messages"] if answer.status_code == 200 else []
        return found if found and found[0]["result"] != "IN_FLIGHT" else None

    assert wait_for("the receipt", receipt, 30)[0]["result"] == "APPLIED"
    (first,) = [each for _, each in hub.decoded("intake") if each["case"] == "wens-1"]
    assert first["body"][1]["subject"] == "EMPLOYER"
    name = str(UUID(bytes=first["body"][1]["referral"]))
    accept = action("ACCEPT", "wens-1-accept", actor={"worker": "team-bbl"})
    assert desk.act(name, accept, **WAIT).status_code == 201
    told = [
        each["action"]
        for _, each in hub.decoded("handovers")
        if (each["desk"], each["referral"]) == ("wsp-rijnmond", first["body"][1]["referral"])
    ]
    assert told == ["ACCEPT"]

    draft = referral(
        *("sbb-1", "fonds-scholing"),
        subject="EMPLOYER",
        question="LEERBEDRIJF",
        kind="SERVICE",
        to_desk="leerwerkloket-rijnmond",
        employer={"kvk": "90001354", "leerbedrijf_id": "100123499", "recognition": "ASPIRANT"},
    )
    draft["person"] = {"kvk": "90001354", "employer_name": "Voorbeeld BV"}
    said = {**event(1, "", ""), "type": "nl.leerwerkloketten.verwijzing-aangemaakt", "data": draft}
    answer = partner.post(f"/v1/in/{SBB}/referrals", json.dumps(said).encode())
    assert answer.status_code == 204, answer.text

    def offered():
        handovers = [each for _, each in hub.decoded("handovers") if each["case"] == "sbb-1"]
        return handovers or None

    (offer,) = wait_for("the offer", offered, 30)
    assert (offer["desk"], offer["kind"]) == ("leerwerkloket-rijnmond", "OFFER")
    assert offer["client"] == first["client"], "one employer, one client"
    assert offer["owner"] == "leerwerkloket-rijnmond"
