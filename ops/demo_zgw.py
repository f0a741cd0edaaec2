"""demo_zgw - a small zaak system such as municipalities have, for the tests and to be tried.

usage: demo_zgw.py PORT SECRET_FILE [OFFSET_FILE]
Speaks the Zaken, Catalogi and Notificaties API as far as the hub needs them, with their rules: a
JWT (HS256) for all, and 403 without; Accept-Crs, or 412; pages; a subscription that is probed
without and with its Authorization; notifications at least once. POST /control says what goes wrong
from then on: see Faults. OFFSET_FILE holds the milliseconds by which the hub's time is moved.
Needs Python alone. All zaken are made up.
"""

import json
import re
import sys
import threading
from dataclasses import fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from demo_zgw_system import ZAKEN, Faults, Refused, Zaaksysteem


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "demo_zgw"
    system: Zaaksysteem

    def log_message(self, *_):
        pass

    def answer(self, status, body=None):
        text = b"" if body is None else json.dumps(body).encode()
        kind = "application/problem+json" if status >= 400 else "application/json"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        try:
            body = json.loads(raw) if raw else None
            answer = self.route(urlsplit(self.path), body)
            if self.system.is_muted(self.command, self.path):
                self.close_connection = True
            else:
                self.answer(*answer)
        except Refused as refused:
            self.answer(refused.status, refused.body)
        except (ValueError, KeyError, TypeError) as error:
            self.answer(400, Refused(400, "invalid", repr(error)).body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def route(self, url, body):
        if url.path == "/control" and self.command == "POST":
            return self.control(body)
        found = re.fullmatch(
            r"/(zaken|catalogi|notificaties)/api/v1/(\w+)(?:/([\w-]+))?(/zaakeigenschappen)?",
            url.path,
        )
        if found is None:
            raise Refused(404, "not_found")
        self.system.misbehave(self.path)
        self.system.authenticate(self.headers.get("Authorization"))
        api, name, key, below = found.groups()
        if name not in self.system.resources:
            raise Refused(404, "not_found")
        if name == "zaken" and self.headers.get("Accept-Crs") != "EPSG:4326":
            raise Refused(412, "missing-header" if self.command == "GET" else "crs")
        if api == "notificaties":
            return self.subscriptions(key, body)
        if below is not None:
            zaak = self.system.get(name, key)
            return 200, self.system.properties.get(zaak["url"], [])
        if self.command == "GET" and key is None:
            query = {name: values[-1] for name, values in parse_qs(url.query).items()}
            return 200, self.system.list(name, query)
        if self.command == "GET":
            return 200, self.system.get(name, key)
        return self.change(name, key, body)

    def control(self, body):
        """Faults, and what a municipality's workers do: {"do": "create_status", "with": {…}}."""
        if "do" not in body:
            for one in fields(Faults):
                setattr(self.system.faults, one.name, body.get(one.name, one.default))
            return 204, None
        if body["do"] not in (
            "create_zaak",
            "change_zaak",
            "destroy_zaak",
            "create_rol",
            "create_status",
            "create_zaakeigenschap",
            "create_resultaat",
            "add_zaaktype",
        ):
            raise Refused(400, "invalid", "do")
        return 200, getattr(self.system, body["do"])(**body["with"])

    def subscriptions(self, key, body):
        system = self.system
        if self.command == "GET" and key is None:
            return 200, list(system.resources["abonnement"].values())
        if self.command == "GET":
            return 200, system.get("abonnement", key)
        if self.command == "POST" and key is None:
            return 201, system.subscribe(body)
        system.get("abonnement", key)
        if self.command == "PUT":
            return 200, system.subscribe(body, key)
        if self.command == "DELETE":
            del system.resources["abonnement"][key]
            return 204, None
        raise Refused(405, "method_not_allowed")

    def change(self, name, key, body):
        system = self.system
        if self.command == "PATCH" and name == "zaken" and key is not None:
            return 200, system.change_zaak(key, **body)
        if self.command == "DELETE" and name == "zaken" and key is not None:
            system.destroy_zaak(key)
            return 204, None
        if self.command != "POST" or key is not None:
            raise Refused(405, "method_not_allowed")
        if name == "zaken":
            return 201, system.create_zaak(**body)
        if name == "statussen":
            arguments = (body["statustype"], body["datumStatusGezet"])
            text = body.get("statustoelichting", "")
            return 201, system.post_status(body["zaak"], *arguments, text)
        if name == "resultaten":
            return 201, system.create_resultaat(body["zaak"], body["resultaattype"])
        raise Refused(405, "method_not_allowed")


class Served:
    """A Zaaksysteem behind HTTP: `with Served(Zaaksysteem()) as system:`; port 0: any."""

    def __init__(self, system, port=0):
        handler = type("Handler", (Handler,), {"system": system})
        self.system = system
        self.server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.server.daemon_threads = True
        system.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.threads = [
            threading.Thread(target=self.server.serve_forever, daemon=True),
            threading.Thread(target=system.deliver_all, daemon=True),
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self.system

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.system.outbox.put(None)
        for thread in self.threads:
            thread.join()


def main(port, secret_file, offset_file=None):
    system = Zaaksysteem(secret=Path(secret_file).read_text().strip(), offset=offset_file)
    with Served(system, int(port)):
        print(f"zaken at {system.url}{ZAKEN}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: demo_zgw.py PORT SECRET_FILE [OFFSET_FILE]")
    main(*sys.argv[1:])
