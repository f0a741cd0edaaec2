"""vca - a small CAMBO: mutual TLS, the list of changes for who shows a token of its authority."""

import json
import ssl
import threading
import time
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from oauth import Authority, Client, serve, tls_of

TYPE = "application/vnd.topicus.cambo+json"
LIST = "/cambo/rest/v1/koppelpunt/0234AS/aanmelding"


class Vca:
    """The rows of one koppelpunt. Each row is an application as it stands, under the number of its
    last change."""

    def __init__(self, folder: Path, client: Client, tls: ssl.VerifyMode) -> None:
        """folder: as in oauth.tls_of. tls: whether its list is for certificates alone."""
        self.authority = Authority(folder, client)
        self.rows: dict[str, dict[str, Any]] = {}
        self.page = 1000
        self.slow_s = 0.0
        self.refuses = True  # a number that it has not reached
        self.number = 1200
        self.asked: list[tuple[float, str]] = []  # when, and the query
        self.refused = 0  # for their token
        self._lock = threading.Lock()
        app = Flask("vca")
        app.before_request(self._note)
        app.after_request(self._count)
        app.get(LIST)(self.authority.guard()(self._listed))
        self._server, self.url = serve(app, tls_of(folder, tls))

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.authority.end()

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

    def _note(self) -> None:
        with self._lock:
            self.asked.append((time.monotonic(), request.query_string.decode()))

    def _count(self, answer: Response) -> Response:
        with self._lock:
            self.refused += answer.status_code == 401
        return answer

    def _listed(self) -> Response:
        with self._lock:
            if request.headers.get("Accept") != TYPE:
                return _said(404, {"foutmelding": "onbekend"})
            number = request.args.get("vanafWijziging", 0, int)
            if number > self.number and self.refuses:
                return _said(400, {"foutmelding": "vanafWijziging is onbekend"})
            found = [row for row in self.rows.values() if row["wijzigingsvolgnummer"] >= number]
            found.sort(key=lambda row: row["wijzigingsvolgnummer"])
            answer = _said(200, {"items": found[: self.page]})
        time.sleep(self.slow_s)
        return answer


def _said(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status, content_type=TYPE)
