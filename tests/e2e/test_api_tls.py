"""test_api_tls - who listens in, and who pretends to be another partner, gets nowhere."""

import ssl
import subprocess
import time
from urllib.parse import urlsplit

import httpx
import pytest
from api import ApiHub, person, referral
from deploy import token_of
from model.world import LEERWERK, ROTTERDAM, UWV, WORLD

pytestmark = pytest.mark.peers

CLIENT, SERVER = "clientAuth", "serverAuth"


def openssl(*arguments, folder, given=b""):
    done = subprocess.run(
        ["openssl", *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        check=False,
        timeout=30,
    )
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def succeed(*arguments, folder):
    code, text = openssl(*arguments, folder=folder)
    assert code == 0, text


def authority(folder, name):
    succeed(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}", "-days", "30"),
        *("-addext", "basicConstraints=critical,CA:true"),
        folder=folder,
    )


CURVE = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def certificate(folder, name, subject, purpose, issuer="ca", days="20", key=CURVE):
    """name.pem and name.key, issued by the authority."""
    succeed(
        *("req", "-nodes", "-newkey", *key),
        *("-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", subject),
        folder=folder,
    )
    (folder / f"{name}.ext").write_text(
        f"extendedKeyUsage={purpose}\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=CA:false\n"
    )
    succeed(
        *("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key"),
        *("-CAcreateserial", "-out", f"{name}.pem", "-days", days, "-extfile", f"{name}.ext"),
        folder=folder,
    )


def make_all(folder):
    """Of clients: one that is right for the UWV, and one for each thing that can be wrong."""
    authority(folder, "ca")
    authority(folder, "stranger")
    certificate(folder, "server", "/CN=127.0.0.1", SERVER, key=("rsa:2048",))
    uwv = f"/O=UWV/CN=uwv.example/serialNumber={UWV}"
    certificate(folder, "uwv", uwv, CLIENT)
    certificate(folder, "city", f"/CN=city.example/serialNumber={ROTTERDAM}", CLIENT)
    certificate(folder, "foreign", uwv, CLIENT, issuer="stranger")
    certificate(folder, "unknown", "/CN=x/serialNumber=00000099999999999000", CLIENT)
    certificate(folder, "short", f"/CN=x/serialNumber={ROTTERDAM[:-1]}", CLIENT)
    certificate(folder, "nameless", "/O=UWV/CN=uwv.example", CLIENT)
    certificate(folder, "for-servers", uwv, SERVER)
    certificate(folder, "long", f"/CN=x/serialNumber={UWV}{'0' * 44}", CLIENT)
    certificate(folder, "expired", uwv, CLIENT, days="-1")


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory):
    """The UWV must come with a certificate, the others may."""
    folder = tmp_path_factory.mktemp("tls")
    make_all(folder)
    hub = ApiHub(folder, services, WORLD, f"apitls-{time.time_ns()}.")
    hub.lists = {
        "sources": [
            {"name": "table", "partner": ROTTERDAM, "connector": "csv"},
            {
                "name": "sure",
                "partner": ROTTERDAM,
                "connector": "csv",
                "auth": "certificate",
            },
            {"name": "sure", "partner": UWV, "connector": "csv", "auth": "certificate"},
        ]
    }
    hub.http = {
        "tls_cert_file": '"server.pem"',
        "tls_key_file": '"../server.key"',
        "tls_client_ca_file": '"ca.pem"',
        "request_ms": 1500,
    }
    hub.deploy()
    (folder / "server.key").chmod(0o600)
    path = folder / "network.conf"
    head, found, tail = path.read_text().partition(f'oin = "{UWV}"; ')
    assert found
    path.write_text(head + found + "client_certificate = true; " + tail)
    hub.start()
    hub.ready()
    yield hub
    hub.end()


def url_of(hub):
    return hub.edges()[0].replace("http://", "https://")


def ask(hub, oin, certificate=None, path="/v1/receipts/none"):
    context = ssl.create_default_context(cafile=hub.folder / "ca.pem")
    if certificate:
        context.load_cert_chain(
            hub.folder / f"{certificate}.pem", hub.folder / f"{certificate}.key"
        )
    with httpx.Client(base_url=url_of(hub), verify=context, timeout=10) as client:
        return client.get(path, headers={"Authorization": f"Bearer {token_of(oin)}"})


@pytest.mark.parametrize(
    ("oin", "certificate", "status"),
    [
        (UWV, "uwv", 404),
        (ROTTERDAM, "city", 404),
        (ROTTERDAM, None, 404),
        (UWV, None, 401),
        (UWV, "city", 401),
        (ROTTERDAM, "uwv", 401),
        (UWV, "foreign", 401),
        (UWV, "nameless", 401),
        (UWV, "for-servers", 401),
        (UWV, "long", 401),
        (UWV, "expired", 401),
        (LEERWERK, "foreign", 401),
    ],
)
def test_token_and_certificate_are_of_one_partner(hub, oin, certificate, status):
    answer = ask(hub, oin, certificate)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["strict-transport-security"]
    if status == 401:
        assert "certificate" in answer.json()["detail"]


def call(hub, method, path, certificate=None, token=None, **more):
    context = ssl.create_default_context(cafile=hub.folder / "ca.pem")
    if certificate:
        context.load_cert_chain(
            hub.folder / f"{certificate}.pem", hub.folder / f"{certificate}.key"
        )
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=url_of(hub), verify=context, timeout=10) as client:
        headers |= more.pop("headers", {})
        return client.request(method, path, headers=headers, **more)


@pytest.mark.parametrize(
    ("certificate", "status", "says"),
    [
        ("city", 404, ""),
        (None, 401, "Bearer"),
        ("uwv", 401, "token"),  # who must send both
        ("unknown", 401, "OIN of no partner"),
        ("short", 401, "OIN of no partner"),
        ("foreign", 401, "not valid"),
        ("nameless", 401, "not valid"),
        ("for-servers", 401, "not valid"),
        ("expired", 401, "not valid"),
    ],
)
def test_a_certificate_alone_says_who_asks(hub, certificate, status, says):
    answer = call(hub, "GET", "/v1/receipts/none", certificate)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


def test_a_token_that_is_none_is_not_mended_by_a_certificate(hub):
    assert call(hub, "GET", "/v1/receipts/none", "city", "x" * 40).status_code == 401


def test_by_certificate_a_partner_sees_its_own_and_no_more(hub):
    draft = referral("tls-by-certificate") | {"person": person(411)}
    prefer = {"Prefer": "wait=10"}
    answer = call(hub, "POST", "/v1/referrals", "city", json=draft, headers=prefer)
    assert answer.status_code == 201, answer.text
    where = answer.headers["location"]
    assert call(hub, "GET", where, "city").status_code == 200
    assert call(hub, "GET", where, token=token_of(ROTTERDAM)).status_code == 200
    feed = call(hub, "GET", "/v1/handovers?desk=gemeente-rotterdam", "city")
    assert feed.status_code == 200
    other = referral("tls-not-its-desk", desk="uwv-rijnmond") | {"person": person(412)}
    assert call(hub, "POST", "/v1/referrals", "city", json=other).status_code == 400


TABLE = b"case;question;legal_basis.kind;from_desk\n{};LEERBAAN;PUBLIC_TASK;gemeente-rotterdam\n"


@pytest.mark.parametrize(
    ("source", "certificate", "token", "status"),
    [
        (f"{ROTTERDAM}/table", None, ROTTERDAM, 200),
        (f"{ROTTERDAM}/table", "city", None, 200),
        (f"{ROTTERDAM}/sure", None, ROTTERDAM, 401),
        (f"{ROTTERDAM}/sure", "city", None, 200),
        (f"{ROTTERDAM}/sure", "city", ROTTERDAM, 200),
        (f"{ROTTERDAM}/sure", "uwv", ROTTERDAM, 401),
        (f"{ROTTERDAM}/sure", "foreign", ROTTERDAM, 401),
        (f"{UWV}/sure", "city", None, 404),
    ],
)
def test_a_source_may_ask_for_a_certificate_in_any_case(hub, source, certificate, token, status):
    answer = call(
        *(hub, "POST", f"/v1/in/{source}", certificate, token and token_of(token)),
        content=TABLE.replace(b"{}", b"tls-table"),
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == status, answer.text
    if status == 401:
        assert answer.headers["content-type"] == "application/problem+json"
        assert "certificate" in answer.json()["detail"]


def test_what_is_open_needs_no_certificate(hub):
    document = ask(hub, "nobody", path="/v1/openapi.json")
    assert document.status_code == 200
    assert "certificate" in document.json()["components"]["securitySchemes"]
    assert {"certificate": []} in document.json()["security"]


def test_a_partner_works_over_one_connection(hub):
    context = ssl.create_default_context(cafile=hub.folder / "ca.pem")
    context.load_cert_chain(hub.folder / "uwv.pem", hub.folder / "uwv.key")
    headers = {
        "Authorization": f"Bearer {token_of(UWV)}",
        "Content-Type": "application/json",
        "Prefer": "wait=10",
    }
    with httpx.Client(base_url=url_of(hub), verify=context, timeout=30) as client:
        for number in range(401, 405):
            draft = referral(f"tls-{number}", desk="uwv-rijnmond") | {"person": person(number)}
            answer = client.post("/v1/referrals", json=draft, headers=headers)
            assert answer.status_code == 201, answer.text
            assert client.get(answer.headers["location"], headers=headers).status_code == 200


def shake(hub, *arguments):
    """openssl s_client's report of a handshake."""
    url = urlsplit(url_of(hub))
    return openssl(
        *("s_client", "-connect", f"{url.hostname}:{url.port}", "-CAfile", "ca.pem"),
        *("-verify_return_error", *arguments),
        folder=hub.folder,
    )


@pytest.mark.parametrize(
    ("arguments", "good"),
    [
        (("-tls1_3",), True),
        (("-tls1_2",), True),
        (("-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"), True),
        (("-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"), True),
        (("-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"), False),
        (("-tls1", "-cipher", "DEFAULT:@SECLEVEL=0"), False),
        (("-tls1_2", "-cipher", "kRSA:@SECLEVEL=0"), False),
        (("-tls1_2", "-cipher", "kRSA+AESGCM:@SECLEVEL=0"), False),
        (("-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256:@SECLEVEL=0"), False),
        (("-tls1_2", "-cipher", "ECDHE-RSA-AES256-SHA:@SECLEVEL=0"), False),
        (("-tls1_2", "-cipher", "aNULL:eNULL:@SECLEVEL=0"), False),
    ],
)
def test_versions_and_ciphers(hub, arguments, good):
    code, text = shake(hub, *arguments)
    assert (code == 0) == good, text
    if good:
        assert "Verification: OK" in text
        assert "Acceptable client certificate CA names" in text


def test_no_renegotiation_by_the_client(hub):
    url = urlsplit(url_of(hub))
    _, text = openssl(
        *("s_client", "-connect", f"{url.hostname}:{url.port}", "-tls1_2", "-CAfile", "ca.pem"),
        folder=hub.folder,
        given=b"R\n",
    )
    assert "Secure Renegotiation IS supported" in text
    assert ask(hub, UWV, "uwv").status_code == 404


def test_clear_text_and_silence_hold_nobody_up(hub):
    url = urlsplit(url_of(hub))
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://{url.hostname}:{url.port}/v1/receipts/none", timeout=10)
    _, text = openssl(
        *("s_client", "-connect", f"{url.hostname}:{url.port}", "-quiet", "-CAfile", "ca.pem"),
        folder=hub.folder,
        given=b"GET /v1/receipts/none HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n",
    )
    assert "401" in text
    assert ask(hub, UWV, "uwv").status_code == 404


PROXY, OTHER = "127.0.0.2", "127.0.0.3"


@pytest.fixture(scope="module")
def behind(services, tmp_path_factory):
    """A hub without TLS, which a proxy at one address has for it."""
    folder = tmp_path_factory.mktemp("behind")
    make_all(folder)
    hub = ApiHub(folder, services, WORLD, f"behind-{time.time_ns()}.")
    hub.http = {"tls_client_ca_file": '"ca.pem"', "proxies": f'[ "192.0.2.1", "{PROXY}" ]'}
    hub.deploy()
    hub.start()
    hub.ready()
    yield hub
    hub.end()


def passed_on(hub, name):
    """The value of Client-Cert (RFC 9440): the certificate's DER in base64 between colons."""
    text = (hub.folder / f"{name}.pem").read_text()
    lines = [line for line in text.splitlines() if "-----" not in line]
    return f":{''.join(lines)}:"


def come_from(hub, address, *certificates, token=None, text=None):
    headers = [("Client-Cert", text or passed_on(hub, each)) for each in certificates]
    if token:
        headers.append(("Authorization", f"Bearer {token_of(token)}"))
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=hub.edges()[0], transport=transport, timeout=10) as client:
        return client.get("/v1/receipts/none", headers=headers)


@pytest.mark.parametrize(
    ("address", "certificates", "token", "status"),
    [
        (PROXY, ["city"], None, 404),
        (PROXY, ["city"], ROTTERDAM, 404),
        (PROXY, [], ROTTERDAM, 404),
        (PROXY, [], None, 401),
        (PROXY, ["uwv"], ROTTERDAM, 401),
        (PROXY, ["city", "city"], None, 401),
        (PROXY, ["foreign"], None, 401),
        (PROXY, ["foreign"], ROTTERDAM, 401),
        (PROXY, ["unknown"], None, 401),
        (PROXY, ["nameless"], None, 401),
        (PROXY, ["for-servers"], None, 401),
        (PROXY, ["long"], None, 401),
        (PROXY, ["expired"], None, 401),
        (OTHER, ["city"], None, 401),
        (OTHER, ["city"], ROTTERDAM, 401),
        (OTHER, [], ROTTERDAM, 404),
        (OTHER, [], None, 401),
    ],
)
def test_a_certificate_is_passed_on_by_the_proxy_only(behind, address, certificates, token, status):
    answer = come_from(behind, address, *certificates, token=token)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("text", ["::", ":x:", ":MIIB", ":AAAA:", f":{'A' * 30000}:", "city"])
def test_what_is_passed_on_and_no_certificate_is_nobodys(behind, text):
    for token in (None, ROTTERDAM):
        answer = come_from(behind, PROXY, "city", token=token, text=text)
        assert answer.status_code in (401, 431), answer.text
    assert come_from(behind, PROXY, "city").status_code == 404


def test_over_one_connection_of_the_proxy_come_several_partners(behind):
    transport = httpx.HTTPTransport(
        local_address=PROXY, limits=httpx.Limits(max_connections=1, max_keepalive_connections=1)
    )
    with httpx.Client(base_url=behind.edges()[0], transport=transport, timeout=10) as client:
        for name, desk, status in [
            ("city", "gemeente-rotterdam", 200),
            ("uwv", "gemeente-rotterdam", 404),
            ("uwv", "uwv-rijnmond", 200),
            (None, "uwv-rijnmond", 401),
            ("city", "uwv-rijnmond", 404),
        ]:
            headers = {"Client-Cert": passed_on(behind, name)} if name else {}
            answer = client.get(f"/v1/handovers?desk={desk}", headers=headers)
            assert answer.status_code == status, (name, desk, answer.text)


def test_in_tls_nobody_passes_a_certificate_on(hub):
    header = {"Client-Cert": passed_on(hub, "city")}
    for certificate in (None, "city"):
        answer = call(hub, "GET", "/v1/receipts/none", certificate, headers=header)
        assert answer.status_code == 401, answer.text
    answer = call(hub, "GET", "/v1/receipts/none", token=token_of(ROTTERDAM), headers=header)
    assert answer.status_code == 401


def test_the_admin_port_is_apart(hub):
    admin = hub.processes["one"].admin
    for path in ("/live", "/ready", "/metrics"):
        assert httpx.get(admin + path).status_code == 200
    assert httpx.get(admin + "/v1/desks").status_code == 404
    assert httpx.post(admin + "/live").status_code == 405
    assert ask(hub, ROTTERDAM, path="/metrics").status_code == 404
