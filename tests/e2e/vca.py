"""vca - a small CAMBO: mutual TLS, a token for the OIN in a certificate, the list of changes."""

import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from receiver import Server

TYPE = "application/vnd.topicus.cambo+json"
LIST = "/cambo/rest/v1/koppelpunt/0234AS/aanmelding"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self, status: int, body: Any) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", TYPE)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _oin(self) -> str | None:
        subject = self.connection.getpeercert()["subject"]  # type: ignore[attr-defined]
        return dict(pair for part in subject for pair in part).get("serialNumber")

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        vca: Vca = self.server.vca  # type: ignore[attr-defined]
        self._answer(*vca.token(self.path, form, self._oin()))

    def do_GET(self) -> None:
        vca: Vca = self.server.vca  # type: ignore[attr-defined]
        self._answer(*vca.listed(urlsplit(self.path), dict(self.headers.items())))

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


class Vca:
    """The rows of one koppelpunt. Each row is an application as it stands, under the number of its
    last change."""

    def __init__(self, folder: Path, oin: str) -> None:
        """folder: server.pem with its key, and ca.pem, whose certificates alone are let in."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        context.load_verify_locations(folder / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        self.oin = oin
        self.rows: dict[str, dict[str, Any]] = {}
        self.page = 1000
        self.slow_s = 0.0
        self.refuses = True  # a number that it has not reached
        self.number = 1200
        self.forms: list[dict[str, list[str]]] = []
        self.asked: list[tuple[float, str]] = []  # when, and the query
        self._tokens: set[str] = set()
        self._lock = threading.Lock()
        self._server = Server(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.vca = self  # type: ignore[attr-defined]
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(self, keten: str, **members: Any) -> None:
        """An application, new or changed."""
        with self._lock:
            self.number += 1
            known = self.rows.get(keten, {"$type": "Aanmelding", "ketenId": keten, "brin": "99XX"})
            when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self.rows[keten] = known | {"laatsteWijziging": when} | members
            self.rows[keten]["wijzigingsvolgnummer"] = self.number

    def restore(self) -> None:
        """Begins to count anew, as behind a restored backup."""
        with self._lock:
            for number, row in enumerate(self.rows.values(), 1):
                row["wijzigingsvolgnummer"] = number
            self.number = len(self.rows)

    def forget_tokens(self) -> None:
        with self._lock:
            self._tokens.clear()

    def token(self, path: str, form: dict[str, list[str]], oin: str | None) -> tuple[int, Any]:
        with self._lock:
            self.forms.append(form)
            right = {"grant_type": ["client_credentials"], "client_id": [self.oin]}
            if path != "/login/oauth2/token" or form != right or oin != self.oin:
                return 401, {"error": "invalid_client"}
            token = f"token-{len(self.forms)}"
            self._tokens.add(token)
            return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 7200}

    def listed(self, url: Any, headers: dict[str, str]) -> tuple[int, Any]:
        with self._lock:
            self.asked.append((time.monotonic(), url.query))
            token = headers.get("Authorization", "").removeprefix("Bearer ")
            if token not in self._tokens:
                return 401, {"foutmelding": "geen toegang"}
            if url.path != LIST or headers.get("Accept") != TYPE:
                return 404, {"foutmelding": "onbekend"}
            number = int(parse_qs(url.query).get("vanafWijziging", ["0"])[0])
            if number > self.number and self.refuses:
                return 400, {"foutmelding": "vanafWijziging is onbekend"}
            found = [row for row in self.rows.values() if row["wijzigingsvolgnummer"] >= number]
            found.sort(key=lambda row: row["wijzigingsvolgnummer"])
            found = json.loads(json.dumps(found[: self.page]))
        time.sleep(self.slow_s)
        return 200, {"items": found}
