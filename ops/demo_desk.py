"""demo_desk - a desk's system that is told things by webhook, for the demo.

usage: demo_desk.py PORT SECRET_FILE INBOX
Takes CloudEvents that are signed as Standard Webhooks says (standardwebhooks.com), each id once,
and puts one per line into INBOX; 401 for what is not signed by who has the secret. Needs Python
alone, so that it can be read as an example of a desk.
"""

import base64
import hashlib
import hmac
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def is_signed(headers, body, secret):
    """Any of the signatures may be the right one: there are two while the secret changes."""
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    given = (headers["webhook-signature"] or "").split()
    return any(hmac.compare_digest(right, each) for each in given)


class Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    secret, inbox, seen = "", Path(), set()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        good = is_signed(self.headers, body, self.secret)
        if good and self.headers["webhook-id"] not in self.seen:
            self.seen.add(self.headers["webhook-id"])
            with self.inbox.open("ab") as file:
                file.write(body.replace(b"\n", b" ") + b"\n")
        self.send_response(204 if good else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def main(port, secret_file, inbox):
    Desk.secret, Desk.inbox = Path(secret_file).read_text().strip(), Path(inbox)
    ThreadingHTTPServer(("127.0.0.1", int(port)), Desk).serve_forever()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: demo_desk.py PORT SECRET_FILE INBOX")
    main(*sys.argv[1:])
