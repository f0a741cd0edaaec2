"""region_day - one day of a region: each partner speaks in its own format, and desks answer."""

import csv
import io
import itertools
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import test_stuf
from api import WAIT, Api, action, referral
from harness import wait_for
from model.wire import Record
from model.world import FLEVOLAND, FUND, LEERWERK, ROTTERDAM, SCHOOL, TWENTE, UWV, WSP
from region import PROFILES, VACANCIES, Ledger, someone
from region_hub import TOLD, RegionHub
from test_cambo import NOTICE
from test_sheets import export, row, table
from test_sources import event
from zaken import TYPE, Faults, add_zaak

HOUR = 3_600_000
MINUTE = 60_000
VOUCHERS = range(720, 724)
COMPANY = "100123456"  # it trains, until SBB says that it does no more
COLUMNS = (
    "case;bsn;family_name;birth_date;phone;email;text;kind;subject;from_desk;to_desk;question;"
    "municipality;origin;purpose;legal_basis.kind;employer.leerbedrijf_id"
).split(";")
TWENTES = {"from_desk": "gemeente-enschede", "municipality": "GM0153"}


class Day:
    """What happens, by the part of the day; each person has a number. `ledger`: what was sent."""

    def __init__(self, hub: RegionHub) -> None:
        self.hub = hub
        self.ledger = Ledger()
        self.people: set[int] = set()
        self.files = itertools.count(1)
        self.acts = itertools.count(1)
        self.answered: set[str] = set()
        self.referrals: dict[str, str] = {}  # by the cases of UWV's exports
        self.lost: list[tuple[str, str]] = []  # partners and cases of which no webhook told
        self.unheard: list[tuple[str, str]] = []  # those of them that were not known by then
        self.both: list[tuple[str, str]] = []  # cases of one person at two partners
        self.read: dict[str, list[tuple[Record, dict[str, Any]]]] = {}
        self.alike: tuple[str, str] = ("", "")
        self.zaken: list[dict[str, Any]] = []
        self.stufs: list[str] = []
        self.ended: list[str] = []  # applications that lead to nothing
        statuses = ["Ontvangen", "In behandeling", TOLD, "Afgehandeld"]
        self.zaaktype = hub.zaken.add_zaaktype(TYPE, statuses, ["Ingetrokken", "Aan het werk"])

    def begin(self) -> None:
        """Once its edges can be reached."""
        self.suite = test_stuf.Suite(self.hub)

    def who(self, number: int) -> dict[str, str]:
        self.people.add(number)
        return someone(number)

    def api(self, oin: str) -> Api:
        """At one edge after the other."""
        edges = self.hub.edges()
        return Api(edges[len(self.people) % len(edges)], oin)

    def results(self, partner: str, case: str) -> list[str]:
        """What was decided of all that the partner said of it."""
        answer = self.api(partner).get(f"/v1/receipts/{case}")
        found = answer.json()["messages"] if answer.status_code == 200 else []
        return [each["result"] for each in found]

    def settle(self, pause: float = 1) -> None:
        """What is delivered comes back as a message; until for so long no more does."""
        watch, before = self.hub.watch, -1
        while before != watch.records:
            before = watch.records
            time.sleep(pause)
            assert watch.wait_settled(60)

    def go_on(self, milliseconds: int) -> None:
        """Time passes; whoever is to be polled is."""
        asked = len(self.hub.zaken.urls), len(self.hub.vca.asked), len(self.hub.peers.urls)
        self.hub.advance(milliseconds)
        now = (self.hub.zaken.urls, self.hub.vca.asked, self.hub.peers.urls)
        wait_for(
            "each to be polled",
            lambda: all(len(urls) > old for urls, old in zip(now, asked, strict=True)),
            60,
        )
        self.settle()

    def decoded(self, topic: str) -> list[tuple[Record, dict[str, Any]]]:
        """For when the day is over."""
        if topic not in self.read:
            self.read[topic] = self.hub.decoded(topic)
        return self.read[topic]

    # UWV: a folder for the export of Sonar, VUM, and a table of our own

    def sonar(self, numbers: Sequence[int], more: tuple[str, ...] = ()) -> None:
        name = f"export-{next(self.files)}.csv"
        cases = [f"WZ-{number}" for number in numbers]
        for case in cases:
            self.ledger.take(UWV, "sonar", case)
        answer = self.drop("sonar", name, export(*map(self.sonar_row, numbers), *more))
        taken = [each["referral"] for each in table(answer) if each["fate"] == "taken"]
        self.referrals |= dict(zip(cases, taken, strict=True))

    def sonar_row(self, number: int, **columns: str) -> str:
        who = self.who(number)
        known = {
            "BSN": who["bsn"],
            "Volledige Naam": who["family_name"],
            "Telefoonnummer": who["phone"],
            "E-mailadres": who["email"],
        }
        return row(number, **known, **columns)

    def sonar_others(self) -> tuple[str, ...]:
        """Rows of clients who have not agreed, and of those who are no referrals."""
        self.ledger.refuse(UWV)
        self.ledger.pass_over(UWV, "sonar", "WZ-181")
        return (
            self.sonar_row(180, Toestemming="Nee"),
            self.sonar_row(181, Klantprofiel="Werk"),
        )

    def drop(self, folder: str, name: str, text: str) -> str:
        """Returns the answer."""
        place = self.hub.drop(folder)
        aside = place / f".{name}"
        aside.write_text(text, newline="")
        aside.rename(place / name)

        def answer() -> str | None:
            found: list[Path] = [*place.glob(f"*/*-{name}.answer*")]
            return found[0].read_text() if found else None

        return wait_for(f"the answer to {name}", answer, 60)

    def profile(self, number: int, agreement: str = "02") -> None:
        who = self.who(number)
        case = f"vum-{number}"
        self.ledger.hear(UWV, "vum", case, agreement == "02")
        self.hub.peers.lists[PROFILES].append(
            {
                "idWerkzoekende": case,
                "mobiliteit": {"bemiddelingspostcode": "3071AB"},
                "contractvorm": [{"codeTypeOvereenkomst": agreement}],
                "indicatieBeschikbaarheidContactgegevens": 1,
                "persoonlijkePresentatie": who["text"],
                "emailadres": [who["email"]],
                "telefoonnummer": [who["phone"]],
            }
        )

    def vacancy(self, number: int, agreement: str = "02") -> None:
        who = self.who(number)
        case = f"vacature-{number}"
        self.ledger.hear(WSP, "vacancy", case, agreement == "02")
        contact = {"emailadres": [who["email"]], "telefoonnummer": [who["phone"]]}
        address = {"adresNederland": {"postcode": "3071AB", "codeGemeente": "0599"}}
        self.hub.peers.lists[VACANCIES].append(
            {
                "idVacature": case,
                "naamVacature": "Leerling monteur",
                "werkgever": {
                    "nummerKvk": f"9000{number // 2:04d}",
                    "handelsnaamOrganisatie": f"{who['family_name']} BV",
                    "adresHouding": [{"codeFunctieAdres": "V", "adres": address}],
                    "contactpersoon": [contact | {"naamContactpersoonAfdeling": "P. Zaken"}],
                },
                "contractvorm": [{"codeTypeOvereenkomst": agreement}],
                "omschrijvingVacature": who["text"],
            }
        )

    def post_table(self, partner: str, *rows: dict[str, str]) -> None:
        """Posted; one whose municipality is none is refused."""
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        for each in rows:
            writer.writerow(each)
            if each["municipality"] == "GM9999":
                self.ledger.refuse(partner)
            else:
                self.ledger.take(partner, "table", each["case"])
        answer = self.api(partner).post(
            f"/v1/in/{partner}/table", out.getvalue().encode(), Content_Type="text/csv"
        )
        assert answer.status_code == 200, answer.text
        fates = [line.split(";")[1] for line in answer.text.splitlines()[1:]]
        bad = [each["municipality"] == "GM9999" for each in rows]
        assert fates == ["refused" if wrong else "taken" for wrong in bad], answer.text

    def table_row(self, number: int, **columns: str) -> dict[str, str]:
        who = self.who(number)
        base = {"kind": "TRANSFER", "subject": "PERSON", "question": "WERK", "origin": "PARTNER"}
        base |= {"purpose": "GUIDANCE", "legal_basis.kind": "PUBLIC_TASK"}
        return who | base | {"case": f"rij-{number}"} | columns

    # Municipalities: zaken that are notified and polled, and zaken that are sent by StUF

    def zaak(self, number: int, status: str = "Ontvangen") -> dict[str, Any]:
        """All of it at once, so that nobody is told of half a zaak."""
        who, zaken = self.who(number), self.hub.zaken
        with zaken.lock:
            zaak = add_zaak(zaken, self.zaaktype, who)
            zaken.create_status(zaak["url"], status)
        says = 2 if status == "In behandeling" else 1
        self.ledger.take(FLEVOLAND, "zgw", zaak["identificatie"], says)
        return zaak

    def progress(self, zaak: dict[str, Any]) -> None:
        self.hub.zaken.create_status(zaak["url"], "In behandeling")
        self.ledger.take(FLEVOLAND, "zgw", zaak["identificatie"])

    def stuf(self, number: int, case: str | None = None, with_bsn: bool = True) -> str:
        who = self.who(number)
        case = case or f"0599{number:06d}"
        zaak = test_stuf.zaak(case, number)
        natural = zaak["heeftAlsInitiator"]["gerelateerde"]["natuurlijkPersoon"]
        natural |= {
            "inp.bsn": who["bsn"],
            "geslachtsnaam": who["family_name"],
            "geboortedatum": who["birth_date"].replace("-", ""),
        }
        if not with_bsn:
            del natural["inp.bsn"]
        self.suite.send("T", zaak)
        self.ledger.take(ROTTERDAM, "stuf", case)
        return case

    def stuf_more(self, case: str) -> None:
        """A status, one that says nothing, and what is refused."""
        told = test_stuf.zaak(case, statuses=("0002",), kind="W")
        self.suite.send("W", test_stuf.zaak(case, kind="W"), told)
        self.ledger.take(ROTTERDAM, "stuf", case)
        other = test_stuf.zaak("0599999999", 399)
        other["isVan"]["gerelateerde"]["code"] = "B0001"
        self.suite.send("T", other)
        self.ledger.pass_over(ROTTERDAM, "stuf", "0599999999")
        code, _, _ = self.suite.refused("T", test_stuf.zaak("0599999998", 398, bsn="123456789"))
        assert code == "StUF055"
        self.ledger.refuse(ROTTERDAM)

    # Schools

    def apply(self, number: int, notify: bool = True, status: str = "AO") -> str:
        keten = f"99XX:{number:08d}"
        self.hub.vca.put(keten, pgn=self.who(number)["bsn"], status=status, leeratraject="BOL")
        self.ledger.take(SCHOOL, "cambo", keten)
        if notify:
            assert self.api(SCHOOL).post(f"/v1/in/{SCHOOL}/cambo", NOTICE).status_code == 204
        return keten

    def begin_anew(self) -> None:
        """CAMBO is restored, and numbers all its rows from one: each is told under another. What
        was withdrawn is then the same message once more."""
        for keten, application in self.hub.vca.rows.items():
            if application["status"] != "LI":
                self.ledger.take(SCHOOL, "cambo", keten)
        self.hub.vca.restore()

    def overstap(self, *numbers: int, status: str = "AO", school: str = "99YY") -> None:
        rows = []
        for number in numbers:
            who = self.who(number)
            keten = f"{school}:{number:08d}"
            self.ledger.hear(SCHOOL, "overstap", keten, school == "99YY")
            rows.append(
                {"$type": "Aanmelding", "ketenId": keten, "pgn": who["bsn"], "status": status}
                | {"wijzigingsvolgnummer": 1 if status == "AO" else 2, "brin": school}
                | {"laatsteWijziging": "2026-03-01T15:05:35Z", "leeratraject": "BBL"}
            )
        answer = self.api(SCHOOL).post(f"/v1/in/{SCHOOL}/overstap", rows)
        assert answer.status_code in (200, 204), answer.text

    # The leerwerkloket, which sends events, and SBB, which is played by a fund

    def events(self, *numbers: int, **body: Any) -> None:
        """The last of them about a municipality that there is none of."""
        sent = []
        for number in numbers:
            draft = referral(f"lwl-{number}", "leerwerkloket-rijnmond", **body)
            draft |= {"system": "events", "person": self.who(number)}
            sent.append(draft)
            self.ledger.take(LEERWERK, "events", draft["case"])
        bad = referral(f"lwl-bad-{numbers[0]}", "leerwerkloket-rijnmond", municipality="GM9999")
        sent.append(bad | {"person": self.who(numbers[0])})
        self.ledger.refuse(LEERWERK)
        self.post_events(sent, 400)

    def sign_of_life(self, number: int) -> None:
        draft = {"case": f"lwl-{number}", "body": {"StatusChange": {"action": "SIGN_OF_LIFE"}}}
        self.post_events([draft], 204)
        self.ledger.take(LEERWERK, "events", draft["case"])

    def post_events(self, drafts: list[dict[str, Any]], status: int) -> None:
        source = f"urn:nld:oin:{LEERWERK}:systeem:events"
        body = json.dumps([event(each, source=source) for each in drafts]).encode()
        kind = "application/cloudevents-batch+json"
        answer = self.api(LEERWERK).post(f"/v1/in/{LEERWERK}/events", body, Content_Type=kind)
        assert answer.status_code == status, answer.text

    def recognition(self, *rows: str) -> None:
        """Facts about companies: none of them is a message."""
        head = "leerbedrijf_id;kvk;recognition;crebo;since;name"
        name = f"companies-{next(self.files)}.csv"
        answer = self.drop("companies", name, "\n".join([head, *rows]) + "\n")
        assert answer.count("taken") == len(rows), answer

    # Desks

    def act(self, partner: str, desk: str, name: str, word: str, **body: Any) -> None:
        draft = action(
            word, f"act-{next(self.acts)}", actor={"desk": desk, "worker": "t-1"}, **body
        )
        draft["person"] = {"text": someone(0)["text"]}
        answer = self.api(partner).act(name, draft, **WAIT)
        assert answer.status_code == 201, answer.text
        self.ledger.take(partner, "", None)

    def offers(self, path: str) -> list[str]:
        """Of its webhook, the ones that it has not answered yet."""
        told = [each.event["data"] for each in self.hub.receiver.at(path)]
        found = dict.fromkeys(each["referral"] for each in told if each["kind"] == "OFFER")
        return [name for name in found if name not in self.answered]

    def wsp_answers(self, path: str, desk: str) -> None:
        """Accepts, accepts and tells the outcome, declines, or says nothing, in turn."""
        for turn, name in enumerate(self.offers(path)):
            self.answered.add(name)
            if turn % 5 == 2:
                more = {"reason": "NO_CAPACITY", "suggested_desk": "unknown"}
                self.act(WSP, desk, name, "DECLINE", **more)
            if turn % 5 > 1:
                continue
            self.act(WSP, desk, name, "ACCEPT")
            if turn % 5 == 0:
                self.act(WSP, desk, name, "PROGRESS", progress="CONTACTED")
            else:
                outcome = {"outcome": "ADVICE_GIVEN", "next_step": "NONE"}
                self.act(WSP, desk, name, "COMPLETE", **outcome)

    def desks_answer(self) -> None:
        self.wsp_answers("/wsp", "wsp-rijnmond")
        self.wsp_answers("/wsp-twente", "wsp-twente")
        for each in list(self.hub.klanten.contacts):
            name = each["about"]
            if each["onderwerp"].startswith("Verwijzing aangeboden") and name not in self.answered:
                self.answered.add(name)
                self.act(TWENTE, "gemeente-enschede", name, "ACCEPT")
        for path in sorted((self.hub.folder / "out-fund").glob("*.csv")):
            [each] = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";")
            name = each["handover.referral"]
            if each["handover.kind"] == "OFFER" and name not in self.answered:
                self.answered.add(name)
                self.act(FUND, "fonds-scholing", name, "ACCEPT")


def live(day: Day) -> None:
    day.begin()
    morning(day)
    day.answered |= {day.referrals[f"WZ-{number}"] for number in (101, 102, 115)}  # by silence
    day.desks_answer()
    day.go_on(61 * MINUTE)
    noon(day)
    day.go_on(61 * MINUTE)
    day.desks_answer()
    afternoon(day)
    day.go_on(5 * HOUR)


def before(day: Day) -> None:
    """There already when the hub is connected."""
    for number in range(150, 162):
        day.profile(number)
    day.profile(162, agreement="01")
    for number in range(900, 912):
        day.vacancy(number)
    day.vacancy(912, agreement="01")
    for number in range(500, 506):
        day.apply(number, notify=False)


def morning(day: Day) -> None:
    """Everybody refers; the school is the first to speak of 520."""
    day.sonar(range(100, 130), day.sonar_others())
    day.zaken = [day.zaak(number) for number in range(300, 318)]
    day.stufs = [day.stuf(number) for number in range(400, 418)]
    for number in (506, 507, 520):
        day.apply(number)
    day.overstap(*range(600, 612))
    day.overstap(690, school="99ZZ")
    company = {"employer.leerbedrijf_id": COMPANY, "to_desk": "werkcentrum-twente"}
    day.post_table(
        TWENTE,
        *(day.table_row(number, **TWENTES) for number in range(700, 712)),
        *(day.table_row(number, **TWENTES, **company) for number in range(712, 715)),
        day.table_row(715, **TWENTES | {"municipality": "GM9999"}),
    )
    voucher = {"question": "SCHOLINGSVOUCHER", "kind": "SERVICE", "to_desk": "fonds-scholing"}
    day.post_table(TWENTE, *(day.table_row(number, **TWENTES, **voucher) for number in VOUCHERS))
    day.events(*range(800, 820), to_desk="wsp-rijnmond")
    day.recognition(f"{COMPANY};;RECOGNISED;;2025-01-01;")
    day.settle()


def noon(day: Day) -> None:
    """Who is known already is referred by another partner; a webhook is lost, and a row."""
    twente = {"from_desk": "uwv-twente", "municipality": "GM0153", "to_desk": "gemeente-enschede"}
    rijnmond = {"from_desk": "uwv-rijnmond", "municipality": "GM0599", "to_desk": "wsp-rijnmond"}
    rotterdam = rijnmond | {"to_desk": "gemeente-rotterdam"}
    day.post_table(
        UWV,
        *(day.table_row(number, **twente) for number in range(200, 206)),
        *(day.table_row(number, **rotterdam) for number in range(206, 210)),
        day.table_row(210, **rijnmond, bsn=""),
    )
    day.alike = ("rij-210", day.stuf(210, "0599000210", with_bsn=False))
    day.both = [(f"WZ-{number}", day.stuf(number, f"0599000{number}")) for number in (101, 102)]
    day.hub.zaken.faults = Faults(drop=100)
    silent = [day.zaak(number, "In behandeling")["identificatie"] for number in (330, 331)]
    day.hub.zaken.faults = Faults()
    day.lost = [*((FLEVOLAND, case) for case in silent), (SCHOOL, day.apply(530, notify=False))]
    day.sonar([*range(100, 115), *range(116, 130), 520])
    day.sign_of_life(800)
    day.recognition(f"{COMPANY};;WITHDRAWN;;2026-03-01;")
    day.settle()
    day.unheard = [each for each in day.lost if not day.results(*each)]


def afternoon(day: Day) -> None:
    """Statuses come; CAMBO begins to count anew, and goes on."""
    for zaak in day.zaken[:6]:
        day.progress(zaak)
        time.sleep(0.01)  # no two statuses of one moment
    day.stuf_more(day.stufs[0])
    day.overstap(600, 601, status="LI")
    day.ended = [day.apply(500, status="LI")]
    day.settle()
    day.begin_anew()
    day.apply(540)
    for number in (163, 164):
        day.profile(number)
    day.settle()
