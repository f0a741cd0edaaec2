"""openklant - a small Open Klant (Klantinteracties API), with the rules that the hub must live by.

A token, or 401; lists by the filters that the real one has, and 400 for any other; at most so many
characters; numbers of at most ten digits that nobody has twice; a task that belongs to a contact.
"""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BASE = "/klantinteracties/api/v1/"
TOKEN = "Token geheim-van-de-gemeente"  # noqa: S105
ABOUT = "onderwerpobject__onderwerpobjectidentificatorObjectId"
OF_CONTACT = "aanleidinggevendKlantcontact__uuid"
NUMBERS = ("referentienummer", "nummer")
CONTACT_MAX = {"kanaal": 50, "onderwerp": 200, "inhoud": 1000, "referentienummer": 10, "nummer": 10}
TASK_MAX = {"gevraagdeHandeling": 200, "toelichting": 1000, "referentienummer": 10, "nummer": 10}


class Refused(Exception):
    def __init__(self, status: int, code: str, *wrong: tuple[str, str]) -> None:
        super().__init__(code, *wrong)
        params = [{"name": name, "code": why, "reason": why} for name, why in wrong]
        self.status = status
        self.body = {"code": code, "title": code, "status": status, "invalidParams": params}


class OpenKlant:
    """`with OpenKlant() as system:`. mute: so many posts are done, and nobody is told. is_moved:
    nothing is to be looked at here."""

    def __init__(self) -> None:
        self.contacts: list[dict[str, Any]] = []
        self.tasks: list[dict[str, Any]] = []
        self.mute = 0
        self.numbers_are_taken = self.is_moved = False
        self.page_size = 2
        self.lock = threading.RLock()
        handler = type("Served", (Handler,), {"system": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}{BASE}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> "OpenKlant":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def about(self, referral: str) -> list[dict[str, Any]]:
        with self.lock:
            return [one for one in self.contacts if one["about"] == referral]

    def tasks_of(self, contact: dict[str, Any]) -> list[dict[str, Any]]:
        with self.lock:
            found = [one["aanleidinggevendKlantcontact"]["uuid"] for one in self.tasks]
        return [task for task, of in zip(self.tasks, found, strict=True) if of == contact["uuid"]]

    def route(self, method: str, name: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if method == "GET" and self.is_moved:
            raise Refused(404, "not_found")
        if method == "GET" and name == "klantcontacten":
            return 200, self.page(name, query, ABOUT, self.contacts, lambda one: one["about"])
        if method == "GET" and name == "internetaken":
            of = lambda one: one["aanleidinggevendKlantcontact"]["uuid"]  # noqa: E731
            return 200, self.page(name, query, OF_CONTACT, self.tasks, of)
        if method == "POST" and name == "maak-klantcontact":
            return 201, self.make_contact(body)
        if method == "POST" and name == "internetaken":
            return 201, self.make_task(body)
        raise Refused(404, "not_found")

    def page(
        self, name: str, query: dict[str, str], filter_: str, all_: list[Any], of: Any
    ) -> dict[str, Any]:
        if set(query) - {filter_, "page"}:
            raise Refused(400, "unknown-parameters")
        found = [one for one in all_ if filter_ not in query or of(one) == query[filter_]]
        number = int(query.get("page", "1"))
        first = (number - 1) * self.page_size
        more = len(found) > first + self.page_size
        return {
            "count": len(found),
            "next": f"http://intern.example{BASE}{name}?page={number + 1}" if more else None,
            "previous": None,
            "results": found[first : first + self.page_size],
        }

    @staticmethod
    def has(all_: list[dict[str, Any]], name: str, number: str) -> bool:
        return any(one.get(name) == number for one in all_)

    def check(
        self, made: dict[str, Any], most: dict[str, int], prefix: str, all_: list[dict[str, Any]]
    ) -> None:
        for name, size in most.items():
            if len(made.get(name) or "") > size:
                raise Refused(400, "invalid", (prefix + name, "max_length"))
        for name in NUMBERS:
            number = made.get(name)
            if number and (self.numbers_are_taken or self.has(all_, name, number)):
                raise Refused(400, "invalid", (prefix + name, "unique"))

    def make_contact(self, body: Any) -> dict[str, Any]:
        with self.lock:
            contact = dict(body["klantcontact"])
            self.check(contact, CONTACT_MAX, "klantcontact.", self.contacts)
            named = body["onderwerpobject"]["onderwerpobjectidentificator"]["objectId"]
            contact |= {"uuid": str(uuid.uuid4()), "about": named}
            contact["betrokkene"] = body.get("betrokkene")
            self.contacts.append(contact)
            return {"klantcontact": contact, "betrokkene": None, "onderwerpobject": {}}

    def make_task(self, body: Any) -> dict[str, Any]:
        with self.lock:
            self.check(body, TASK_MAX, "", self.tasks)
            of = body["aanleidinggevendKlantcontact"]["uuid"]
            if not any(one["uuid"] == of for one in self.contacts):
                raise Refused(400, "invalid", ("aanleidinggevendKlantcontact", "does_not_exist"))
            if not isinstance(body.get("toegewezenAanActoren"), list):
                raise Refused(400, "invalid", ("toegewezenAanActoren", "required"))
            task = dict(body) | {"uuid": str(uuid.uuid4())}
            self.tasks.append(task)
            return task

    def is_muted(self, method: str) -> bool:
        with self.lock:
            if method != "POST" or self.mute <= 0:
                return False
            self.mute -= 1
            return True


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    system: OpenKlant

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def answer(self, status: int, body: Any) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    @staticmethod
    def read(raw: bytes) -> Any:
        try:
            return json.loads(raw) if raw else None
        except ValueError:
            raise Refused(400, "parse_error") from None

    def handle_any(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        try:
            if self.headers.get("Authorization") != TOKEN:
                raise Refused(401, "not_authenticated")
            name = url.path.removeprefix(BASE)
            body = self.read(raw)
            answer = self.system.route(self.command, name, query, body)
        except Refused as refused:
            self.answer(refused.status, refused.body)
            return
        if self.system.is_muted(self.command):
            self.close_connection = True
        else:
            self.answer(*answer)

    do_GET = do_POST = handle_any
