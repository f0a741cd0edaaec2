"""region - who is played around a hub for a day: systems that are asked or told, and a ledger."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler
from typing import Any

from api import person
from lxml import etree
from openklant import OpenKlant
from receiver import Server

PROFILES, VACANCIES, SOAP = "/v3/werkzoekendeProfielen/matches", "/v3/vacatures/matches", "/stuf"
SPACES = {
    "soap": "http://schemas.xmlsoap.org/soap/envelope/",
    "ZKN": "http://www.egem.nl/StUF/sector/zkn/0310",
    "StUF": "http://www.egem.nl/StUF/StUF0301",
}
CONFIRMED = """<?xml version="1.0"?>
<s:Envelope xmlns:s="{soap}"><s:Body><StUF:Bv03Bericht xmlns:StUF="{StUF}"><StUF:stuurgegevens>
<StUF:berichtcode>Bv03</StUF:berichtcode><StUF:referentienummer>{own}</StUF:referentienummer>
<StUF:crossRefnummer>{theirs}</StUF:crossRefnummer>
</StUF:stuurgegevens></StUF:Bv03Bericht></s:Body></s:Envelope>"""


def someone(number: int) -> dict[str, str]:
    """With a name and a birthday that nobody else has, the name a canary's all the same."""
    who = person(number)
    letters = "".join(chr(ord("a") + number // 26**place % 26) for place in range(3))
    day = f"{1980 + number % 25}-{1 + number % 12:02d}-{1 + number % 28:02d}"
    return who | {"family_name": f"Kanarievogel{letters}", "birth_date": day}


class Ledger:
    """What each partner sent, counted where it is written and not where it arrives."""

    def __init__(self) -> None:
        self.documents: Counter[str] = Counter()  # rows, events, zaken …: what one draft is made of
        self.taken: Counter[tuple[str, str, str | None]] = Counter()  # by system and case
        self.refused: Counter[str] = Counter()
        self.passed: dict[tuple[str, str, str], int] = {}  # by system and case, as taken

    def take(self, partner: str, system: str, case: str | None, count: int = 1) -> None:
        self.documents[partner] += count
        self.taken[partner, system, case] += count

    def hear(self, partner: str, system: str, case: str, counts: bool) -> None:
        """Taken if it counts, else passed over."""
        (self.take if counts else self.pass_over)(partner, system, case)

    def refuse(self, partner: str) -> None:
        self.documents[partner] += 1
        self.refused[partner] += 1

    def pass_over(self, partner: str, system: str, case: str) -> None:
        self.documents[partner] += 1
        key = partner, system, case
        self.passed[key] = self.passed.get(key, 0) + 1


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        peers: Peers = self.server.peers  # type: ignore[attr-defined]
        status, kind, text = peers.answer(self.path, dict(self.headers.items()), body)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


class Peers:
    """VUM, which is searched for profiles and vacancies, and a suite that is sent zakLk01."""

    def __init__(self) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {PROFILES: [], VACANCIES: []}
        self.urls: list[str] = []
        self.messages: list[etree._Element] = []  # each once
        self.busy = 1  # so many messages are not taken at first
        self._lock = threading.Lock()
        self._server = Server(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.peers = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        with self._lock:
            self.urls.append(path)
            if path == SOAP:
                return self._soap(headers, body)
            found = {"maximumAantalResultatenBereikt": False, "matches": self.lists[path]}
            return 200, "application/json", json.dumps(found).encode()

    def _soap(self, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        self.busy -= 1
        if self.busy >= 0:
            return 503, "text/plain", b"busy"
        message = etree.fromstring(body).find("soap:Body/ZKN:zakLk01", SPACES)
        assert message is not None and headers["SOAPAction"] == f'"{SPACES["ZKN"]}/zakLk01"'
        if self.reference(message) not in map(self.reference, self.messages):
            self.messages.append(message)
        own = f"suite-{len(self.urls)}"
        text = CONFIRMED.format(**SPACES, own=own, theirs=self.reference(message))
        return 200, "text/xml; charset=utf-8", text.encode()

    @staticmethod
    def reference(message: etree._Element) -> str:
        return message.findtext("ZKN:stuurgegevens/StUF:referentienummer", None, SPACES)

    def told(self, kind: str, case: str | None = None) -> list[etree._Element]:
        """The last object of each message of that mutatiesoort, of that zaak."""
        with self._lock:
            found = [
                each.findall("ZKN:object", SPACES)[-1]
                for each in self.messages
                if each.findtext("ZKN:parameters/StUF:mutatiesoort", None, SPACES) == kind
            ]
        name = "ZKN:identificatie"
        return [each for each in found if case in (None, each.findtext(name, None, SPACES))]


class Klanten(OpenKlant):
    """That keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def route(self, method: str, name: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        self.urls.append(f"{name}?{query}")
        return super().route(method, name, query, body)
