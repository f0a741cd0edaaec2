"""demo_day - plays a small day of made-up people: what partners say, and what the hub answers.

usage: demo_day.py URL TOKENS OFFSET
URL is the hub's, TOKENS the folder of the partners' tokens, OFFSET the file with which its time is
moved on. Prints a line per call; exits with 1 if an answer is not the one that the day expects.
Needs Python alone, so that it can be read as an example of a partner.
"""

import json
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

HOUR = 3_600_000
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
UWV, GEMEENTE, WSP = "uwv-rijnmond", "gemeente-rotterdam", "wsp-rijnmond"
LEERWERK, WERKCENTRUM, SCHOOL = "leerwerkloket-rijnmond", "werkcentrum-rijnmond", "vo-rijnmond"
TOKENS = {UWV: "uwv", "uwv-flevoland": "uwv", "wsp-flevoland": "wsp-flevoland"}

# Made up: the numbers are of a range that is never given out, and pass the 11-test.
PEOPLE = {
    "anna": {"bsn": "999990019", "family_name": "Akkerman", "birth_date": "1988-03-14"},
    "bram": {"bsn": "999990020", "family_name": "Bakker", "birth_date": "2006-11-02"},
    "cleo": {"bsn": "999990032", "family_name": "Cornelissen", "birth_date": "1979-07-21"},
    "daan": {"bsn": "999990044", "family_name": "Dijkstra", "birth_date": "2004-01-30"},
    "emma": {"bsn": "999990056", "family_name": "Evers", "birth_date": "2008-05-05"},
    "farid": {"bsn": "999990068", "family_name": "Faruk", "birth_date": "1995-12-12"},
    "gerda": {"bsn": "999990081", "family_name": "Gerritsen", "birth_date": "1966-09-09"},
    "hanna": {"bsn": "999990093", "family_name": "Hendriks", "birth_date": "1990-02-28"},
    "ivo": {"bsn": "999990111", "family_name": "IJsbrand", "birth_date": "1983-06-17"},
}


class Day:
    def __init__(self, url: str, tokens: Path, offset: Path) -> None:
        self.url, self.tokens, self.offset = url, tokens, offset
        self.referrals: dict[str, str] = {}
        self.bodies: dict[str, dict] = {}
        self.wrong = 0

    def wait(self, hours: float) -> None:
        """Moves the hub's time on; the file is replaced whole, so that nobody reads half of it."""
        before = int(self.offset.read_text())
        new = self.offset.with_suffix(".new")
        new.write_text(f"{before + int(hours * HOUR)}\n")
        new.replace(self.offset)
        time.sleep(0.3)

    def begin(self) -> None:
        """The day is a Monday, so that what comes due in working days does so every time."""
        now = datetime.now(AMSTERDAM)
        start = now.replace(hour=8, minute=30, second=0) + timedelta(days=7 - now.weekday())
        self.wait((start - now) / timedelta(hours=1))

    def heading(self, text: str) -> None:
        print(f"\n{text}", flush=True)

    def call(self, desk: str, path: str, body: dict, expect: int, text: str) -> dict:
        token = (self.tokens / TOKENS.get(desk, desk)).read_text().strip()
        request = urllib.request.Request(
            self.url + path,
            json.dumps(body).encode(),
            {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Prefer": "wait=5",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status, content = answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            status, content = error.code, json.load(error)
        mark = "✓" if status == expect else f"✗ expected {expect}"
        self.wrong += status != expect
        print(f"  {mark} {text:<66} {status} {told(status, content)}", flush=True)
        return content

    def refer(self, who: str, desk: str, text: str, expect: int = 201, **changes) -> dict:
        """A referral; the case is the person's name, the leg tells a second one apart."""
        leg, reference = changes.pop("leg", ""), changes.pop("reference", None)
        phone = changes.pop("phone", "0101234567")
        referral = {
            "kind": "TRANSFER",
            "subject": "PERSON",
            "from_desk": desk,
            "question": "WERK",
            "municipality": "GM0599",
            "origin": "PARTNER",
            "purpose": "GUIDANCE",
            "legal_basis": {"kind": "PUBLIC_TASK", "reference": "SUWI art. 30a"},
        } | changes
        body = {
            "reference": reference or f"{who}-{desk}-{leg or 1}",
            "case": f"2026-{who}",
            "leg": leg,
            "person": PEOPLE[who] | {"phone": phone, "text": "Zoekt werk dichtbij huis."},
            "body": {"Referral": referral},
        }
        answer = self.call(desk, "/v1/referrals", body, expect, text)
        self.bodies[who] = body
        if "referral" in answer:
            self.referrals[f"{who}{leg}"] = answer["referral"]
        return answer

    def act(self, who: str, desk: str, action: str, text: str, expect: int = 201, **more) -> dict:
        referral = self.referrals.get(who, "0" * 8 + "-0000-8000-8000-000000000000")
        change = {"action": action, "actor": {"desk": desk, "worker": "team-1"}} | more
        body = {
            "reference": f"{who}-{action}-{desk}-{time.time_ns()}",
            "person": {"text": "Toelichting bij deze stap."},
            "body": {"StatusChange": change},
        }
        return self.call(desk, f"/v1/referrals/{referral}/actions", body, expect, text)


def told(status: int, content: dict) -> str:
    """What an answer says, in a few words."""
    if status < 400:
        return f"{content['state']} at {content['target']}"
    errors = content.get("errors", [])
    if len(errors) > 1:
        return f"{len(errors)} fields are wrong, each with an example of a good value"
    return content.get("detail", content.get("title", ""))


def play(day: Day) -> None:
    day.begin()
    day.heading("Monday 08:30  UWV and the municipality begin their day")
    day.refer("anna", UWV, "UWV refers Anna; the hub finds the desk")
    day.refer(
        "bram",
        GEMEENTE,
        "Rotterdam refers Bram, who wants to learn on the job",
        question="LEERBAAN",
        to_desk=LEERWERK,
    )
    day.refer("hanna", UWV, "UWV refers Hanna to the WSP", to_desk=WSP)

    day.heading("10:00  desks decide")
    day.wait(1.5)
    day.act("anna", WSP, "ACCEPT", "the WSP takes Anna")
    day.act("hanna", WSP, "ACCEPT", "the WSP takes Hanna")
    day.act(
        "bram",
        LEERWERK,
        "DECLINE",
        "the Leerwerkloket is full, and says where Bram could go",
        reason="NO_CAPACITY",
        suggested_desk=WSP,
    )
    day.refer(
        "bram", GEMEENTE, "Rotterdam refers Bram again", question="LEERBAAN", to_desk=WSP, leg="2"
    )
    day.act("bram2", WSP, "ACCEPT", "the WSP takes Bram")

    day.heading("11:30  two partners, one client")
    day.wait(1.5)
    day.refer("cleo", UWV, "UWV refers Cleo to the WSP", to_desk=WSP)
    day.act("cleo", WSP, "DELIVERED", "the WSP's system has the offer")
    day.refer("cleo", GEMEENTE, "Rotterdam refers Cleo too: it becomes a request to UWV", leg="r")
    day.act("cleor", UWV, "SEEN", "UWV looks at the request")

    day.heading("13:00  who comes by himself, and who nobody has")
    day.wait(1.5)
    day.call(
        WERKCENTRUM,
        "/v1/registrations",
        {
            "reference": "daan-1",
            "case": "2026-daan",
            "person": PEOPLE["daan"],
            "body": {
                "Referral": {
                    "kind": "TRANSFER",
                    "subject": "PERSON",
                    "question": "ORIENTATIE",
                    "municipality": "GM0599",
                    "origin": "SELF",
                    "purpose": "GUIDANCE",
                    "legal_basis": {"kind": "CONSENT", "given_at": "2026-01-05T09:00:00Z"},
                }
            },
        },
        201,
        "Daan registers at the Werkcentrum",
    )
    day.refer("emma", SCHOOL, "a school, which holds nobody, refers Emma", question="STAGE")
    day.refer(
        "gerda",
        "uwv-flevoland",
        "UWV refers Gerda in Almere, where there is no Leerwerkloket",
        question="LEERBAAN",
        municipality="GM0034",
    )

    day.heading("14:00  said twice, said better, said wrong")
    day.wait(1)
    day.refer("farid", UWV, "UWV refers Farid", question="TAAL")
    same = day.bodies["farid"]
    day.call(UWV, "/v1/referrals", same, 201, "… and the same once more: a duplicate")
    day.refer(
        "farid",
        UWV,
        "… and with another phone number: amended",
        question="TAAL",
        reference="farid-2",
        phone="0107654321",
    )
    day.refer(
        "farid",
        UWV,
        "… and other content under the same reference: a conflict",
        expect=409,
        question="STAGE",
    )
    broken = {
        "reference": "broken-1",
        "case": "2026-broken",
        "person": {"bsn": "123456789"},
        "body": {"Referral": {"kind": "TRANSFER", "from_desk": GEMEENTE, "question": "GELUK"}},
    }
    day.call(GEMEENTE, "/v1/referrals", broken, 400, "a broken message: all that is wrong, at once")
    day.act("anna", WSP, "ACCEPT", "the WSP takes Anna once more: not possible", expect=409)

    day.heading("15:30  Hanna has found work; Ivo is urgent, and nobody looks")
    day.wait(1.5)
    day.act(
        "hanna",
        WSP,
        "COMPLETE",
        "the WSP tells what came of it",
        outcome="PLACED_WORK",
        next_step="START_WORK",
    )
    day.act("hanna", WSP, "CLOSE", "the WSP closes Hanna", closing_reason="PLACED_WORK")
    day.refer("ivo", UWV, "UWV refers Ivo, urgently", to_desk=WSP, urgency="URGENT")
    day.act("ivo", WSP, "DELIVERED", "the WSP's system has the offer")

    day.heading("three days pass")
    day.wait(72)
    time.sleep(2)


def main() -> int:
    url, tokens, offset = sys.argv[1:]
    day = Day(url.rstrip("/"), Path(tokens), Path(offset))
    play(day)
    return 1 if day.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
