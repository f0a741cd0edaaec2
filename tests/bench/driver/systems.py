"""systems - the partners' systems of the connectors' bench: what each has to say, and how it is
brought to the hub: dropped, posted, or asked for.
"""

import csv
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ports import free_ports

from driver import process
from driver.hub import ROOT, Hub, program

CONNECTIONS = 16
BATCH = 100  # events of one post
PAGE = 1000  # rows of one answer
UWV = "00000099000000001000"
ROTTERDAM = "00000099002000022000"
SCHOOL = "00000099006000022000"
SBB = "00000099020000001000"
TOKENS = {UWV: "uwv", ROTTERDAM: "gemeente-rotterdam", SCHOOL: "roc-rijnmond", SBB: "sbb"}
DATA = ROOT / "tests" / "data"
NUMBER = "#" * 12  # where a document says which it is: see numbers.h
BSN = "%" * 9


@dataclass(frozen=True)
class Size:
    """Of the bench: the largest file, to which all else is in proportion."""

    mb: int

    @property
    def posts(self) -> int:
        return self.mb * 100

    @property
    def rows(self) -> int:
        return self.mb * 1000


@dataclass(frozen=True)
class Said:
    """What the system says, and what the connector by itself takes for it."""

    taken: int  # must be stored, each once
    refused: int
    parts: int  # rows, messages or events, those included that say nothing
    cpu: float  # of the connector alone


@dataclass
class System:
    name: str
    connector: str
    partner: str
    settings: str
    system: str = ""
    port: int = 0  # its own, where it is asked
    is_decided = True  # by the router

    def folder(self, hub: Hub) -> Path:
        return hub.folder / "system"

    def source(self, hub: Hub) -> str:
        """Rows of the hub's configuration, beside its name, partner and settings."""
        return ""

    def prepare(self, hub: Hub, size: Size) -> Said:
        raise NotImplementedError

    def stored(self, hub: Hub) -> int:
        """What of it is in Kafka now."""
        return hub.kafka.total(hub.intake)

    def speak(self, hub: Hub) -> float:
        """Until all is on its way: the CPU time that it took itself, as far as it is known."""
        raise NotImplementedError

    @contextmanager
    def serving(self, hub: Hub) -> Iterator[None]:
        """Where it is asked, it answers meanwhile."""
        yield

    def alone(self, hub: Hub, *arguments: str) -> dict:
        settings = self.folder(hub) / "settings.conf"
        settings.write_text(self.settings)
        return process.answer_of(
            [
                *(program("alone"), "--connector", self.connector, "--settings", str(settings)),
                *("--codes", str(ROOT / "config" / "codes.csv"), *arguments),
            ],
            300,
        )


@dataclass
class Dropped(System):
    """A made file, which is put into its folder."""

    sheet: str = ""
    share: int = 1  # of the largest file: one part of so many
    referrals: Callable[[int], tuple[int, int]] = lambda rows: (rows, 0)  # taken, refused

    def drop(self, hub: Hub) -> Path:
        return hub.folder / "drop"

    def source(self, hub: Hub) -> str:
        return f'folder = "{self.drop(hub)}";'

    def prepare(self, hub: Hub, size: Size) -> Said:
        found = self.make(hub, size)
        taken, refused = self.referrals(found["rows"])
        if (found["drafts"], found["wrong"]) != (taken + refused, refused):
            raise ValueError(f"{self.name}: {found} of {taken} and {refused}")
        return Said(taken, refused, found["rows"], found["cpu_seconds"])

    def make(self, hub: Hub, size: Size) -> dict:
        mb = max(1, size.mb // self.share)
        out = self.folder(hub) / "sheet"
        return self.alone(hub, "--sheet", self.sheet, "--mb", str(mb), "--out", str(out))

    def speak(self, hub: Hub) -> float:
        """As if it had been written some time ago, so that nobody waits for it to be whole."""
        aside = self.drop(hub) / ".sheet"
        shutil.copy(self.folder(hub) / "sheet", aside)
        os.utime(aside, (1e9, 1e9))
        aside.rename(self.drop(hub) / "sheet")
        return 0


@dataclass
class Recognised(Dropped):
    """What SBB says of companies: facts, and no messages."""

    is_decided = False

    def stored(self, hub: Hub) -> int:
        keys = hub.kafka.keys(f"{hub.prefix}facts")
        return sum(key.startswith(b"recognition/") for key in keys)

    def make(self, hub: Hub, size: Size) -> dict:
        path = self.folder(hub) / "sheet"
        with path.open("w", newline="") as file:
            out = csv.writer(file, delimiter=";")
            out.writerow(["leerbedrijf_id", "recognition", "crebo", "since"])
            for number in range(size.posts):
                out.writerow([100000000 + number, "RECOGNISED", "", "2026-03-01"])
        return self.alone(hub, "--document", str(path)) | {"rows": size.posts}


@dataclass
class Posted(System):
    """One document, over and over, each time about somebody else."""

    document: Callable[[], str] = str
    type: str = "application/json"
    each: int = 1  # messages that one document says
    count: int = 0

    def prepare(self, hub: Hub, size: Size) -> Said:
        self.count = size.posts // self.each
        path = self.folder(hub) / "document"
        path.write_text(self.text())
        found = self.alone(
            hub, "--document", str(path), "--count", str(self.count), *self.fetches(hub)
        )
        expected = self.count * self.each
        if (found["drafts"], found["wrong"]) != (expected, 0):
            raise ValueError(f"{self.name}: {found} of {expected}")
        return Said(expected, 0, expected, found["cpu_seconds"])

    def text(self) -> str:
        return self.document()

    def fetches(self, hub: Hub) -> list[str]:
        return []

    def speak(self, hub: Hub) -> float:
        token = (hub.folder / "secrets" / "tokens" / TOKENS[self.partner]).read_text().strip()
        answer = process.answer_of(
            [
                *(program("load"), "--port", str(hub.nodes["bench"].port), "--token", token),
                *("--path", f"/v1/in/{self.partner}/{self.name}", "--type", self.type),
                *("--document", str(self.folder(hub) / "document")),
                *("--connections", str(CONNECTIONS), "--count", str(self.count)),
            ],
            600,
        )
        if answer["answers"] != self.count:
            raise ValueError(f"{self.name}: {answer['answers']} answers to {self.count} posts")
        return answer["own_cpu_seconds"]


@contextmanager
def statics(hub: Hub, port: int, documents: Path) -> Iterator[None]:
    command = [program("statics"), "--port", str(port), "--list", str(documents)]
    running = process.start("statics", command, hub.folder / "statics.log")
    try:
        running.wait_for_text("ready")
        yield
    finally:
        running.end()


def write_list(folder: Path, documents: dict[str, str]) -> Path:
    """See manifest.h: the text of each URL's document."""
    lines = []
    for number, (url, text) in enumerate(documents.items()):
        path = folder / f"answer-{number}"
        path.write_text(text)
        lines.append(f"{url} {path}\n")
    out = folder / "list"
    out.write_text("".join(lines))
    return out


ZAAK = "1a000000-0000-4000-8000-"
STATUS = "7a000000-0000-4000-8000-"
ONE, TWO = "000000000001", "000000000002"


@dataclass
class Zaken(Posted):
    """Notifications of new zaken, whose documents are then fetched."""

    def source(self, hub: Hub) -> str:
        return 'endpoint = "system";'

    def url(self, path: str = "") -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def zaak(self, name: str) -> str:
        """A document of the connector's cases, of this system and of any zaak."""
        text = (DATA / "zgw" / name).read_text().replace("https://zaken.example/", self.url())
        text = text.replace("999990019", BSN).replace("0000123", NUMBER)
        for kind, number in ((ZAAK, ONE), (STATUS, ONE), (STATUS, TWO)):
            text = text.replace(kind + number, kind + NUMBER)
        return text

    def prepare(self, hub: Hub, size: Size) -> Said:
        self.port = free_ports(1)[0]
        self.settings = (
            f'zaken_url = "{self.url("zaken/api/v1/")}"; '
            f'catalogi_url = "{self.url("catalogi/api/v1/")}"; '
            'from_desk = "gemeente-rotterdam"; municipality = "GM0599"; '
            'zaaktypen = ( ( "LWL-TOELEIDING", "question=LEERBAAN" ) ); '
            'statuses = ( ( "Ontvangen", "-" ), ( "In behandeling", "-" ) );'
        )
        zaak = self.url(f"zaken/api/v1/zaken/{ZAAK}{NUMBER}")
        quoted = zaak.replace(":", "%3A").replace("/", "%2F")
        catalogue = f"-0000-4000-8000-{NUMBER}"
        documents = {
            f"/zaken/api/v1/zaken/{ZAAK}{NUMBER}": "status-mapped/input.json",
            f"/zaken/api/v1/rollen?zaak={quoted}": "rollen.json",
            f"/zaken/api/v1/statussen/{STATUS}{NUMBER}": "status-2.json",
            f"/catalogi/api/v1/zaaktypen/2a000000{catalogue}": "zaaktype.json",
            f"/catalogi/api/v1/statustypen/3a000000{catalogue}": "statustype-2.json",
        }
        texts = {url: self.zaak(name) for url, name in documents.items()}
        write_list(self.folder(hub), texts)
        return super().prepare(hub, size)

    def text(self) -> str:
        return self.zaak("notified-status/input.json")

    def fetches(self, hub: Hub) -> list[str]:
        return ["--list", str(self.folder(hub) / "list")]

    @contextmanager
    def serving(self, hub: Hub) -> Iterator[None]:
        with statics(hub, self.port, self.folder(hub) / "list"):
            yield


@dataclass
class Polled(System):
    """A list that is asked for page by page, from where the hub was."""

    path = "koppelpunt/0234AS/aanmelding"

    def source(self, hub: Hub) -> str:
        return 'endpoint = "system"; poll_interval_s = 43200;'

    def prepare(self, hub: Hub, size: Size) -> Said:
        self.port = free_ports(1)[0]
        self.settings = f'path = "{self.path}"; ' + self.settings
        folder = self.folder(hub)
        documents = {}
        cpu = drafts = 0
        for first in range(1, size.rows + 1, PAGE):
            page = folder / "page"
            numbers = ("--rows", str(PAGE), "--first", str(first), "--out", str(page))
            found = self.alone(hub, "--sheet", "cambo", *numbers)
            cpu += found["cpu_seconds"]
            drafts += found["drafts"]
            documents[self.at(first - 1)] = page.read_text()
        documents[self.at(size.rows)] = '{"items":[]}'
        write_list(folder, documents)
        if drafts != size.rows // 3:
            raise ValueError(f"{self.name}: {drafts} drafts of {size.rows} rows")
        return Said(drafts, 0, size.rows, cpu)

    def at(self, number: int) -> str:
        return f"/{self.path}" + (f"?vanafWijziging={number}" if number else "")

    @contextmanager
    def serving(self, hub: Hub) -> Iterator[None]:
        """Now it begins to answer: the hub asks again soon."""
        with statics(hub, self.port, self.folder(hub) / "list"):
            yield

    def speak(self, hub: Hub) -> float:
        return 0
