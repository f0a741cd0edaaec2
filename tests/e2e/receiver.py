"""receiver - a partner's webhook that answers well, badly, late or not at all."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes
    at: float  # as time.monotonic counts
    when: float  # and as time.time does

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)

    def signature_is_right(self, secret: str = SECRET) -> bool:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        said = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
        made = base64.b64encode(hmac.new(key, said + self.body, hashlib.sha256).digest()).decode()
        return f"v1,{made}" in self.headers["webhook-signature"].split(" ")


Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers["content-length"]))
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.seen = Received(self.path, headers, self.body, time.monotonic(), time.time())
        receiver.take(self.seen)
        receiver.answers.get(self.path, ok)(self)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


def says(status: int, **headers: str) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


ok = says(200)


def hangs(handler: Handler) -> None:
    handler.server.receiver.over.wait(60)  # type: ignore[attr-defined]
    handler.close_connection = True


def drips(handler: Handler) -> None:
    handler.close_connection = True
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 500:
        if handler.server.receiver.over.wait(0.1):  # type: ignore[attr-defined]
            return
        try:
            handler.wfile.write(bytes([byte]))
        except OSError:
            return


def resets(handler: Handler) -> None:
    """Begins well, and breaks off."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.close_connection = True


class Server(ThreadingHTTPServer):
    request_queue_size = 1024  # with 5, hundreds of new connections wait a second each


def make_certificates(folder: Path) -> None:
    """ca.pem, and server.pem and client.pem that it has signed, with their keys."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Test CA"),
        *("-keyout", "ca.key", "-out", "ca.pem"),
    )
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    for name in ("server", "client"):
        openssl(
            *("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}"),
            *("-keyout", f"{name}.key", "-out", f"{name}.csr"),
        )
        openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
            *("-CAcreateserial", "-days", "2", "-extfile", "names", "-out", f"{name}.pem"),
        )


def tls_of(folder: Path) -> ssl.SSLContext:
    """Talks only to who shows a certificate of that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


class Receiver:
    """Keeps all that came, by path."""

    def __init__(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.tls = tls
        self.over = threading.Event()
        self._lock = threading.Lock()
        self._received: list[Received] = []
        self.port = port
        self.start()

    def start(self) -> None:
        self._server = Server(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        if self.tls:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self._server.receiver = self  # type: ignore[attr-defined]
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Nobody listens there any more."""
        self._server.shutdown()
        self._server.server_close()

    def end(self) -> None:
        self.over.set()
        self.stop()

    def take(self, received: Received) -> None:
        with self._lock:
            self._received.append(received)

    def all(self) -> list[Received]:
        with self._lock:
            return list(self._received)

    def at(self, path: str) -> list[Received]:
        return [each for each in self.all() if each.path == path]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


class _Mail:
    """What aiosmtpd asks of whoever takes its mails."""

    def __init__(self, owner: "MailServer") -> None:
        self.owner = owner

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.owner.is_busy():
            return "421 busy"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 fine"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.owner.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        for address in envelope.rcpt_tos:
            self.owner.mails.append({"to": address, "text": envelope.content.decode()})
        return "250 fine"


class MailServer:
    """aiosmtpd. Takes every mail, but to addresses that are refused and while it is busy."""

    def __init__(self) -> None:
        self.mails: list[dict[str, str]] = []
        self.refused: set[str] = set()
        self.busy = 0  # so often from now on
        self._loop = loop = asyncio.new_event_loop()
        listening = loop.create_server(lambda: SMTP(_Mail(self), loop=loop), "127.0.0.1", 0)
        self._server = loop.run_until_complete(listening)
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=loop.run_forever, daemon=True)
        self._thread.start()

    def is_busy(self) -> bool:
        self.busy -= 1
        return self.busy >= 0

    def at(self, address: str) -> list[str]:
        return [mail["text"] for mail in list(self.mails) if mail["to"] == address]

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
