"""demo_day - plays a small day of made-up people: what partners say, and what the hub answers.

usage: demo_day.py URL FOLDER ZAKEN
URL is the hub's, ZAKEN that of the municipality's zaak system. FOLDER holds the partners' tokens
(secrets/tokens/), the file with which the hub's time is moved on (offset), and what partners give
and get as files (partners/). Prints a line per step; exits with 1 if one does not end as the day
expects. Needs Python alone, so that it can be read as an example of a partner.
"""

import csv
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from demo_weeks import pass_weeks

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
    "jasmin": {"bsn": "999990123", "family_name": "Jansen", "birth_date": "2005-04-04"},
    "karim": {"bsn": "999990135", "family_name": "Koster", "birth_date": "2003-08-08"},
    "lars": {"bsn": "999990172", "family_name": "Lemmens", "birth_date": "1999-10-10"},
}


class Day:
    def __init__(self, url: str, folder: Path, zaken: str) -> None:
        self.url, self.zaken = url, zaken
        self.tokens, self.offset = folder / "secrets" / "tokens", folder / "offset"
        self.partners = folder / "partners"
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

    def until(self, text: str, check: Callable[[], str]) -> None:
        """Waits for what comes by itself."""
        end = time.monotonic() + 30
        while not (found := check()) and time.monotonic() < end:
            time.sleep(0.1)
        print(f"  {'✓' if found else '✗ never'} {text:<66} {found}", flush=True)
        self.wrong += not found

    def municipality(self, do: str, **arguments) -> dict:
        """Something that a worker does in the municipality's own system."""
        body = json.dumps({"do": do, "with": arguments}).encode()
        request = urllib.request.Request(
            f"{self.zaken}/control", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def get(self, desk: str, path: str) -> dict:
        token = (self.tokens / TOKENS.get(desk, desk)).read_text().strip()
        request = urllib.request.Request(
            self.url + path, headers={"Authorization": f"Bearer {token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError:
            return {}

    def standing(self, desk: str, case: str, state: str = "") -> str:
        """How its referral stands, and where; "" while it does not stand so."""
        referrals = self.get(desk, f"/v1/receipts/{case}").get("referrals", [])
        if not referrals or not referrals[0]["state"].startswith(state):
            return ""
        return f"{referrals[0]['state']} at {referrals[0]['target']}"

    def heading(self, text: str) -> None:
        print(f"\n{text}", flush=True)

    def post(self, token: str, path: str, body: dict) -> tuple[int, dict]:
        secret = (self.tokens / TOKENS.get(token, token)).read_text().strip()
        headers = {
            "Authorization": f"Bearer {secret}",
            "Content-Type": "application/json",
            "Prefer": "wait=5",
        }
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def call(self, token: str, path: str, body: dict, expect: int, text: str) -> dict:
        status, content = self.post(token, path, body)
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
        """token: of whom, where the desk's own is not the one that may."""
        token = more.pop("token", desk)
        return self.call(token, *self.action(who, desk, action, **more), expect, text)

    def try_to_act(self, who: str, desk: str, action: str) -> str:
        """The state of the referral after it; "" where it was not possible."""
        return self.post(desk, *self.action(who, desk, action))[1].get("state", "")

    def action(self, who: str, desk: str, action: str, **more) -> tuple[str, dict]:
        referral = self.referrals.get(who, "0" * 8 + "-0000-8000-8000-000000000000")
        change = {"action": action, "actor": {"desk": desk, "worker": "team-1"}} | more
        body = {
            "reference": f"{who}-{action}-{desk}-{time.time_ns()}",
            "person": {"text": "Toelichting bij deze stap."},
            "body": {"StatusChange": change},
        }
        return f"/v1/referrals/{referral}/actions", body


def told(status: int, content: dict) -> str:
    """What an answer says, in a few words."""
    if status < 400:
        return f"{content['state']} at {content['target']}" if "state" in content else ""
    errors = content.get("errors", [])
    if len(errors) > 1:
        return f"{len(errors)} fields are wrong, each with an example of a good value"
    return content.get("detail", content.get("title", ""))


SONAR = """\
Datum melding;BSN;ID_WZ;Klantprofiel;Volledige Naam;Gemeente;Arbeidsmarktregio;Toestemming
46083;999990147;WZ-4711;BBL;Lotte Lammers;Rotterdam;AM22;Ja
46083;999990159;WZ-4712;BBL;Mees Mulder;Rotterdam;AM22;Nee
46083;999990160;WZ-4713;Vrijwilligerswerk;Noor Nagel;Rotterdam;AM22;Ja
"""


def open_zaak(day: Day, zaaktype: str, who: str) -> dict:
    zaak = day.municipality("create_zaak", zaaktype=zaaktype, toelichting="Wil een leerbaan.")
    person = {
        "inpBsn": PEOPLE[who]["bsn"],
        "geslachtsnaam": PEOPLE[who]["family_name"],
        "geboortedatum": PEOPLE[who]["birth_date"],
    }
    day.municipality("create_rol", zaak=zaak["url"], person=person)
    day.municipality("create_status", zaak=zaak["url"], statustype="Ontvangen")
    case = zaak["identificatie"]
    day.until(
        f"Rotterdam opens a zaak for {who.capitalize()}; the hub is notified, fetches, refers",
        lambda: day.standing(GEMEENTE, case),
    )
    return zaak


def own_formats(day: Day) -> None:
    """Partners whose systems know nothing of the hub's own format."""
    day.heading("Monday 08:30  a zaak system of Rotterdam, and an export of UWV")
    zaaktype = day.municipality(
        "add_zaaktype",
        identificatie="TOELEIDING-WERK",
        statuses=["Ontvangen", "In behandeling", "Afgehandeld"],
        results=["Ingetrokken"],
    )
    open_zaak(day, zaaktype, "jasmin")
    zaak = open_zaak(day, zaaktype, "karim")
    day.municipality("create_resultaat", zaak=zaak["url"], resultaattype="Ingetrokken")
    day.municipality("create_status", zaak=zaak["url"], statustype="Afgehandeld")
    day.until(
        "Karim changes his mind: his zaak ends, and the offer with it",
        lambda: day.standing(GEMEENTE, zaak["identificatie"], "CANCEL"),
    )
    drop = day.partners / "uwv-in"
    (drop / "sonar.part").write_text(SONAR)
    (drop / "sonar.part").rename(drop / "sonar.csv")
    day.until(
        "UWV drops its Sonar export: Lotte wants a leerbaan", lambda: day.standing(UWV, "WZ-4711")
    )
    day.until("… and Mees did not consent, as the answer beside it says", lambda: refused(drop))


def refused(drop: Path) -> str:
    for answer in (drop / "done").glob("*.answer.csv"):
        rows = list(csv.DictReader(answer.read_text().splitlines(), delimiter=";"))
        return f"{sum('refused' in row.values() for row in rows)} of {len(rows)} rows refused"
    return ""


def desks_hear(day: Day) -> None:
    day.heading("16:00  each desk hears of it in its own way")
    day.wait(0.5)
    day.until("the WSP by webhook, signed", lambda: told_by_webhook(day.partners / "wsp-inbox"))
    day.until("UWV as files", lambda: told_by_file(day.partners / "uwv-out"))
    feed = day.get(LEERWERK, "/v1/handovers")
    offers = [each for each in feed.get("handovers", []) if each["handover"]["kind"] == "OFFER"]
    day.until("the Leerwerkloket asks for what is new", lambda: f"{len(offers)} offers")
    day.get(LEERWERK, f"/v1/handovers?after={feed.get('after')}")
    day.until(
        "… and by reading on says that it has Jasmin's",
        lambda: day.standing(GEMEENTE, "ZAAK-2026-0000001", "OFFERED"),
    )


def told_by_webhook(inbox: Path) -> str:
    lines = inbox.read_text().splitlines() if inbox.exists() else []
    kinds = [json.loads(line)["data"]["kind"] for line in lines]
    return f"{len(kinds)} events, {kinds.count('OFFER')} of them offers" if "OFFER" in kinds else ""


def told_by_file(folder: Path) -> str:
    files = [each for each in folder.iterdir() if not each.name.startswith(".")]
    return f"{len(files)} files" if files else ""


def play(day: Day) -> None:
    day.begin()
    own_formats(day)
    day.heading("09:00  UWV and the municipality refer by the partner API")
    day.wait(0.5)
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
    day.wait(1)
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
    desks_hear(day)

    day.heading("three days pass")
    day.wait(72)
    time.sleep(2)
    pass_weeks(day)


def main() -> int:
    url, folder, zaken = sys.argv[1:]
    day = Day(url.rstrip("/"), Path(folder), zaken.rstrip("/"))
    play(day)
    return 1 if day.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
