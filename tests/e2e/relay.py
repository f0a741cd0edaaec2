"""relay - stands before a hub, or before a partner's system, and spoils what comes by."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Relay(BaseHTTPRequestHandler):
    """Stands before a hub, and spoils what comes by."""

    protocol_version = "HTTP/1.1"
    hub: str
    body: bytes
    passed: dict[str, str]  # headers

    def spoil(self) -> tuple[int, str] | None:
        """What is answered instead; status 0: nothing is."""
        raise NotImplementedError

    def ask(self) -> tuple[http.client.HTTPResponse, bytes]:
        hub = http.client.HTTPConnection(self.hub, timeout=60)
        hub.request(self.command, self.path, self.body, self.passed)
        answer = hub.getresponse()
        said = answer.read()
        hub.close()
        return answer, said

    def pass_on(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.passed = {
            name: value
            for name, value in self.headers.items()
            if name not in ("Host", "Content-Length")
        }
        instead = self.spoil()
        if instead is None:
            answer, said = self.ask()
            self.send(answer.status, answer.getheaders(), said)
        elif instead[0] > 0:
            headers = [("Content-Type", "application/json")]
            self.send(instead[0], headers, instead[1].encode())
        else:
            self.close_connection = True

    def send(self, status: int, headers: list[tuple[str, str]], said: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = pass_on

    def log_message(self, *words: object) -> None:
        pass


@contextmanager
def standing(relay: type[Relay], port: int = 0) -> Iterator[str]:
    """Its URL."""
    with ThreadingHTTPServer(("127.0.0.1", port), relay) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
