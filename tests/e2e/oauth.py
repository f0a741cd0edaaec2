"""oauth - Authlib's OAuth2 server on Flask and Werkzeug: it gives tokens, and says whose they are.

Ours are the lists of clients and of tokens, and whose certificate is whose: Authlib leaves RFC 8705
to the program around it.
"""

import ssl
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from authlib.common.security import generate_token
from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7662 import IntrospectionEndpoint, IntrospectTokenValidator
from cryptography import x509
from cryptography.x509.oid import NameOID
from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

FORM, BASIC, CERTIFICATE = "client_secret_post", "client_secret_basic", "tls_client_auth"
TOKENS, INTROSPECT = "/login/oauth2/token", "/login/oauth2/introspect"


@dataclass
class Client(ClientMixin):
    """By certificate: its serialNumber is the name."""

    name: str
    method: str
    secret: str = ""

    def get_client_id(self) -> str:
        return self.name

    def get_allowed_scope(self, scope: str) -> str:
        return scope or ""

    def check_client_secret(self, client_secret: str) -> bool:
        return bool(self.secret) and client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self.method and (endpoint == "token") != (self is SYSTEM)

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"


SYSTEM = Client("system", BASIC, "of the system that tokens are shown to")


@dataclass
class Token(TokenMixin):
    client: str
    until: float
    revoked: bool = False

    def is_expired(self) -> bool:
        return time.time() >= self.until

    def is_revoked(self) -> bool:
        return self.revoked


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: Any) -> None:
        pass


def serve(app: Flask, tls: ssl.SSLContext) -> tuple[BaseWSGIServer, str]:
    server = make_server(
        "127.0.0.1", 0, app, threaded=True, request_handler=_Quiet, ssl_context=tls
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"https://127.0.0.1:{server.port}"


def tls_of(folder: Path, wants: ssl.VerifyMode) -> ssl.SSLContext:
    """folder: server.pem with its key, and ca.pem, whose certificates alone are let in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = wants
    return context


def _by_certificate(query_client: Any, _: Any) -> Client | None:
    shown = request.environ.get("SSL_CLIENT_CERT")
    if shown is None:
        return None
    subject = x509.load_pem_x509_certificate(shown.encode()).subject
    names = [each.value for each in subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)]
    client = query_client(request.form.get("client_id"))
    return client if client is not None and names == [client.name] else None


class _Grant(ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = (BASIC, FORM, CERTIFICATE)


class Authority:
    def __init__(self, folder: Path, *clients: Client) -> None:
        """folder: as in tls_of."""
        self.clients = {each.name: each for each in (*clients, SYSTEM)}
        self.lifetime_s = 7200
        self.asked: list[tuple[dict[str, str], int]] = []  # forms for a token, and the status
        self.tokens: dict[str, Token] = {}
        app = Flask("authority")
        server = AuthorizationServer(app, self.clients.get, self._keep)
        lifetime = lambda client, grant: self.lifetime_s  # noqa: E731
        server.register_token_generator(
            "default", BearerTokenGenerator(lambda **_: generate_token(42), None, lifetime)
        )
        server.register_client_auth_method(CERTIFICATE, _by_certificate)
        server.register_grant(_Grant)
        server.register_endpoint(_introspection(self.tokens))
        app.post(TOKENS, endpoint="token")(lambda: self._note(server.create_token_response()))
        app.post(INTROSPECT, endpoint="introspect")(
            lambda: server.create_endpoint_response("introspection")
        )
        self._server, self.url = serve(app, tls_of(folder, ssl.CERT_OPTIONAL))
        self._http = httpx.Client(
            verify=ssl.create_default_context(cafile=folder / "ca.pem"),
            auth=(SYSTEM.name, SYSTEM.secret),
        )

    @property
    def token_url(self) -> str:
        return self.url + TOKENS

    def revoke_all(self) -> None:
        for token in list(self.tokens.values()):
            token.revoked = True

    def guard(self) -> ResourceProtector:
        """Lets in who shows a token of ours, which it asks us about."""
        authority = self

        class Validator(IntrospectTokenValidator):
            def introspect_token(self, token_string: str) -> Any:
                url = authority.url + INTROSPECT
                answer = authority._http.post(url, data={"token": token_string})
                answer.raise_for_status()
                return answer.json()

        guard = ResourceProtector()
        guard.register_token_validator(Validator())
        return guard

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._http.close()

    def _keep(self, token: dict[str, Any], asked: Any) -> None:
        until = time.time() + token["expires_in"]
        self.tokens[token["access_token"]] = Token(asked.client.name, until)

    def _note(self, answer: Response) -> Response:
        self.asked.append((request.form.to_dict(), answer.status_code))
        return answer


def _introspection(tokens: dict[str, Token]) -> type[IntrospectionEndpoint]:
    class Introspection(IntrospectionEndpoint):
        CLIENT_AUTH_METHODS = (BASIC,)

        def query_token(self, token_string: str, token_type_hint: str) -> Token | None:
            return tokens.get(token_string)

        def check_permission(self, token: Token, client: Client, asked: Any) -> bool:
            return client is SYSTEM

        def introspect_token(self, token: Token) -> dict[str, Any]:
            return {"client_id": token.client, "token_type": "Bearer", "exp": int(token.until)}

    return Introspection
