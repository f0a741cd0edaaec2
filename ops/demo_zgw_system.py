"""demo_zgw_system - the zaken of a small municipality, and the rules of the APIs that show them.

A JWT (HS256) for all, and 403 without; pages; a subscription that is probed without and with its
Authorization; notifications at least once. What goes wrong: see Faults. All zaken are made up.
"""

import base64
import hashlib
import hmac
import json
import queue
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

ZAKEN, CATALOGI, NOTIFICATIES = "/zaken/api/v1/", "/catalogi/api/v1/", "/notificaties/api/v1/"
JWT_SECONDS = 3600
LEEWAY_SECONDS = 60
TEXT_MAX = 1000  # of a statustoelichting
RSIN = "999990019"
FILTERS = {
    "zaken": {
        "bronorganisatie",
        "einddatum__isnull",
        "einddatum__gt",
        "identificatie",
        "registratiedatum__gt",
        "zaaktype",
    },
    "statussen": {"zaak"},
    "rollen": {"zaak"},
    "resultaten": {"zaak"},
    "zaaktypen": {"identificatie"},
    "statustypen": {"zaaktype"},
    "resultaattypen": {"zaaktype"},
}


@dataclass
class Faults:
    """What goes wrong from now on. Counts go down as it happens."""

    duplicate: int = 0  # so many notifications are sent twice
    drop: int = 0  # so many are never sent
    hold: int = 0  # so many are kept until all are there, and then sent the last first
    delay_s: float = 0  # each is sent so much later
    fail: int = 0  # so many requests to the APIs are answered with fail_status
    fail_status: int = 500
    only: str = ""  # those alone fail whose path has this in it
    slow_s: float = 0  # each request to the APIs takes so much longer
    mute: int = 0  # so many POSTs are done, and nobody is told


class Refused(Exception):
    """An answer that is none of 200 to 204."""

    def __init__(self, status, code, detail="", wrong=()):
        """wrong: (field, code) of each that is."""
        super().__init__(code, *wrong)
        self.status = status
        self.body = {"type": "about:blank", "code": code, "title": code, "status": status}
        self.body["detail"] = detail or code
        if wrong:
            params = [{"name": name, "code": why, "reason": why} for name, why in wrong]
            self.body["invalidParams"] = params


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class Zaaksysteem:
    """The resources and their rules. `url` is known once it is served."""

    def __init__(self, client_id="lokethub", secret="geheim", offset=None):
        self.client_id, self.secret, self.offset = client_id, secret, offset
        self.url = ""
        self.page_size = 100
        self.retries_s = (0.1, 0.3, 1, 3, 9)
        self.faults = Faults()
        self.lock = threading.RLock()
        self.resources = {name: {} for name in (*FILTERS, "abonnement")}
        self.properties = {}  # lists of zaakeigenschappen, by the zaak's URL
        self.sent = []  # (callback, status or error) of each try
        self.outbox = queue.Queue()
        self.held = []

    def now(self):
        moved = int(Path(self.offset).read_text()) if self.offset else 0
        return datetime.now(UTC) + timedelta(milliseconds=moved)

    # Who may ask

    def authenticate(self, header):
        """ZGW systems answer 403, never 401."""
        try:
            kind, token = header.split(" ", 1)
            head, claims, signature = token.split(".")
            known = hmac.new(self.secret.encode(), f"{head}.{claims}".encode(), hashlib.sha256)
            good = kind == "Bearer" and hmac.compare_digest(known.digest(), decode(signature))
            good = good and json.loads(decode(head))["alg"] == "HS256"
            payload = json.loads(decode(claims))
            age = self.now().timestamp() - payload["iat"]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Refused(403, "not_authenticated") from None
        if not good or payload.get("client_id") != self.client_id:
            raise Refused(403, "permission_denied")
        if not -LEEWAY_SECONDS <= age <= JWT_SECONDS:
            raise Refused(403, "jwt-expired")

    def misbehave(self, path):
        time.sleep(self.faults.slow_s)
        with self.lock:
            if self.faults.fail <= 0 or self.faults.only not in path:
                return
            self.faults.fail -= 1
        raise Refused(self.faults.fail_status, "error", "as it was asked for")

    def is_muted(self, method, path):
        """Whether the connection ends without an answer to what was done."""
        with self.lock:
            if method != "POST" or path == "/control" or self.faults.mute <= 0:
                return False
            self.faults.mute -= 1
            return True

    # Resources

    def address(self, name, key):
        catalogus = name in ("zaaktypen", "statustypen", "resultaattypen")
        base = NOTIFICATIES if name == "abonnement" else CATALOGI if catalogus else ZAKEN
        return f"{self.url}{base}{name}/{key}"

    def add(self, name, **members):
        key = str(uuid.uuid4())
        with self.lock:
            members = {"url": self.address(name, key), **members}
            self.resources[name][key] = members
        return members

    def get(self, name, url):
        """By URL or its last part."""
        found = self.resources[name].get(str(url).rsplit("/", 1)[-1])
        if found is None:
            raise Refused(404, "not_found")
        return found

    def add_zaaktype(self, identificatie, statuses, results):
        """statuses: names in their order, the last one ends the zaak."""
        zaaktype = self.add("zaaktypen", identificatie=identificatie, omschrijving=identificatie)
        for number, name in enumerate(statuses, 1):
            self.add(
                "statustypen",
                omschrijving=name,
                zaaktype=zaaktype["url"],
                volgnummer=number,
                isEindstatus=number == len(statuses),
            )
        for name in results:
            self.add("resultaattypen", omschrijving=name, zaaktype=zaaktype["url"])
        return zaaktype["url"]

    def type_of(self, name, zaak, omschrijving):
        for found in self.resources[name].values():
            same = found["zaaktype"] == zaak["zaaktype"]
            if same and found["omschrijving"] == omschrijving:
                return found["url"]
        raise Refused(400, "invalid-type", f"{name}: no {omschrijving} of this zaaktype")

    # What happens to zaken

    def create_zaak(self, zaaktype, **members):
        today = self.now().date().isoformat()
        with self.lock:
            number = len(self.resources["zaken"]) + 1
            zaak = {
                "identificatie": f"ZAAK-2026-{number:07d}",
                "bronorganisatie": RSIN,
                "omschrijving": "",
                "toelichting": "",
                "zaaktype": zaaktype,
                "registratiedatum": today,
                "startdatum": today,
                "einddatum": None,
                "vertrouwelijkheidaanduiding": "zaakvertrouwelijk",
                "status": None,
                "resultaat": None,
            }
            zaak = self.add("zaken", **(zaak | members))
        self.notify("zaak", zaak, zaak["url"], "create")
        return zaak

    def change_zaak(self, url, **members):
        with self.lock:
            zaak = self.get("zaken", url)
            zaak.update(members)
        self.notify("zaak", zaak, zaak["url"], "partial_update")
        return zaak

    def destroy_zaak(self, url):
        with self.lock:
            zaak = self.get("zaken", url)
            del self.resources["zaken"][zaak["url"].rsplit("/", 1)[-1]]
            for name in ("rollen", "statussen", "resultaten"):
                left = self.resources[name].items()
                self.resources[name] = {k: v for k, v in left if v["zaak"] != zaak["url"]}
        self.notify("zaak", zaak, zaak["url"], "destroy")

    def create_rol(self, zaak, person=None, role="initiator", kind="natuurlijk_persoon"):
        rol = self.add(
            "rollen",
            zaak=zaak,
            betrokkene="",
            betrokkeneType=kind,
            omschrijving=role.capitalize(),
            omschrijvingGeneriek=role,
            betrokkeneIdentificatie=person,
        )
        self.notify("rol", self.get("zaken", zaak), rol["url"], "create")
        return rol

    def create_zaakeigenschap(self, zaak, naam, waarde):
        """They lie below their zaak."""
        made = {"naam": naam, "waarde": waarde, "zaak": zaak}
        with self.lock:
            found = self.get("zaken", zaak)
            made["url"] = f"{found['url']}/zaakeigenschappen/{uuid.uuid4()}"
            self.properties.setdefault(found["url"], []).append(made)
        self.notify("zaakeigenschap", found, made["url"], "create")
        return made

    def create_status(self, zaak, statustype, at=None, text=""):
        """statustype: its URL or omschrijving."""
        at = at or self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with self.lock:
            zaak = self.get("zaken", zaak)
            if "://" not in statustype:
                statustype = self.type_of("statustypen", zaak, statustype)
            ends = self.get("statustypen", statustype)["isEindstatus"]
            others = self.of_zaak("statussen", zaak)
            if any(other["datumStatusGezet"] == at for other in others):
                raise Refused(400, "invalid", wrong=[("nonFieldErrors", "unique")])
            if ends and zaak["resultaat"] is None:
                wrong = [("nonFieldErrors", "resultaat-does-not-exist")]
                raise Refused(400, "invalid", wrong=wrong)
            status = self.add(
                "statussen",
                zaak=zaak["url"],
                statustype=statustype,
                datumStatusGezet=at,
                statustoelichting=text,
            )
            if all(other["datumStatusGezet"] < at for other in others):
                zaak["status"] = status["url"]
                zaak["einddatum"] = at[:10] if ends else None
        self.notify("status", zaak, status["url"], "create")
        return status

    def post_status(self, zaak, statustype, at, text):
        """By an application, which may not open again what has ended, nor foretell."""
        if datetime.fromisoformat(at) > self.now() + timedelta(seconds=LEEWAY_SECONDS):
            raise Refused(400, "invalid", wrong=[("datumStatusGezet", "date-in-future")])
        if len(text) > TEXT_MAX:
            raise Refused(400, "invalid", wrong=[("statustoelichting", "max_length")])
        with self.lock:
            zaak = self.get("zaken", zaak)
            if zaak["einddatum"] is not None:
                raise Refused(403, "permission_denied", "zaken.heropenen")
            if self.get("statustypen", statustype)["zaaktype"] != zaak["zaaktype"]:
                raise Refused(400, "invalid", wrong=[("nonFieldErrors", "zaaktype-mismatch")])
        return self.create_status(zaak["url"], statustype, at, text)

    def create_resultaat(self, zaak, resultaattype, text=""):
        with self.lock:
            zaak = self.get("zaken", zaak)
            if zaak["resultaat"] is not None:
                raise Refused(400, "unique", "a zaak has one resultaat")
            if "://" not in resultaattype:
                resultaattype = self.type_of("resultaattypen", zaak, resultaattype)
            members = {"resultaattype": resultaattype, "toelichting": text}
            resultaat = self.add("resultaten", zaak=zaak["url"], **members)
            zaak["resultaat"] = resultaat["url"]
        self.notify("resultaat", zaak, resultaat["url"], "create")
        return resultaat

    def of_zaak(self, name, zaak):
        return [one for one in self.resources[name].values() if one["zaak"] == zaak["url"]]

    # Lists

    def list(self, name, query):
        """Unknown parameters are refused, as the real ones do."""
        unknown = set(query) - FILTERS[name] - {"page", "ordering"}
        if unknown:
            raise Refused(400, "unknown-parameters", ", ".join(sorted(unknown)))
        with self.lock:
            found = [dict(one) for one in self.resources[name].values()]
        found = [one for one in found if all(fits(one, *pair) for pair in query.items())]
        if name == "statussen":
            found.sort(key=lambda one: one["datumStatusGezet"], reverse=True)
        key = query.get("ordering", "").lstrip("-")
        if key:
            reverse = query["ordering"].startswith("-")
            found.sort(key=lambda one: str(one.get(key) or ""), reverse=reverse)
        return self.page(name, query, found)

    def page(self, name, query, found):
        number = int(query.get("page", "1"))
        first = (number - 1) * self.page_size
        if number < 1 or (number > 1 and first >= len(found)):
            raise Refused(404, "not_found", "no such page")
        base = CATALOGI if name.endswith("typen") else ZAKEN
        more = first + self.page_size < len(found)
        return {
            "count": len(found),
            "next": f"{self.url}{base}{name}?page={number + 1}" if more else None,
            "previous": f"{self.url}{base}{name}?page={number - 1}" if number > 1 else None,
            "results": found[first : first + self.page_size],
        }

    # Notifications

    def subscribe(self, body, key=None):
        """Probes the callback: it must refuse who shows nothing, and take who shows auth."""
        probe = {"kanaal": "test", "hoofdObject": self.url, "resource": "test"}
        probe |= {"resourceUrl": self.url, "actie": "test", "kenmerken": {}}
        probe["aanmaakdatum"] = self.now().isoformat().replace("+00:00", "Z")
        if not all(body.get(name) for name in ("callbackUrl", "auth", "kanalen")):
            raise Refused(400, "invalid", "callbackUrl, auth and kanalen are required")
        if self.post(body["callbackUrl"], None, probe) not in (401, 403):
            raise Refused(400, "no-auth-on-callback-url")
        if self.post(body["callbackUrl"], body["auth"], probe) not in range(200, 210):
            raise Refused(400, "invalid-callback-url")
        with self.lock:
            if key is None:
                return self.add("abonnement", **body)
            self.get("abonnement", key).update(body)
            return self.get("abonnement", key)

    def post(self, url, auth, body):
        """The status; 0: there was no answer."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": auth} if auth else {})
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def notify(self, resource, zaak, url, action):
        names = ("bronorganisatie", "zaaktype", "vertrouwelijkheidaanduiding")
        now = self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = {
            "kanaal": "zaken",
            "source": "demo_zgw",
            "hoofdObject": zaak["url"],
            "resource": resource,
            "resourceUrl": url,
            "actie": action,
            "aanmaakdatum": now,
            "kenmerken": {name: zaak[name] for name in names},
        }
        with self.lock:
            for one in self.to_be_sent(body):
                self.outbox.put(one)

    def to_be_sent(self, body):
        faults = self.faults
        if faults.drop > 0:
            faults.drop -= 1
            return []
        times = 1
        if faults.duplicate > 0:
            faults.duplicate -= 1
            times = 2
        if faults.hold > 0:
            faults.hold -= 1
            self.held += [body] * times
            if faults.hold > 0:
                return []
            held, self.held = self.held[::-1], []
            return held
        return [body] * times

    def deliver_all(self):
        """In a thread of its own, until None is in the outbox."""
        while (body := self.outbox.get()) is not None:
            time.sleep(self.faults.delay_s)
            with self.lock:
                callbacks = [
                    (one["callbackUrl"], one["auth"])
                    for one in self.resources["abonnement"].values()
                    if wants(one, body)
                ]
            for callback in callbacks:
                self.deliver(*callback, body)

    def deliver(self, url, auth, body, tries=0):
        """One that is not taken does not keep the others back, and after the last try is gone."""
        status = self.post(url, auth, body)
        self.sent.append((url, status))
        if 200 <= status < 300 or tries == len(self.retries_s):
            return
        arguments = (url, auth, body, tries + 1)
        later = threading.Timer(self.retries_s[tries], self.deliver, arguments)
        later.daemon = True
        later.start()


def fits(one, name, value):
    if name in ("page", "ordering"):
        return True
    member, _, compare = name.partition("__")
    found = one.get(member)
    if compare == "isnull":
        return (found is None) == (value == "true")
    if compare == "gt":
        return found is not None and found > value
    return found == value


def wants(subscription, body):
    for channel in subscription["kanalen"]:
        filters = channel.get("filters", {}).items()
        traits = body["kenmerken"]
        if channel["naam"] == body["kanaal"] and all(traits.get(k) == v for k, v in filters):
            return True
    return False
