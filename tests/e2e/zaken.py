"""zaken - a municipality's zaak system beside a hub: how it is reached, and what came of its zaken.

The system itself is ops/demo_zgw.py.
"""

import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from api import ApiHub, person
from harness import ROOT, wait_for
from model.world import ROTTERDAM

sys.path.insert(0, str(ROOT / "ops"))
from demo_zgw import Served  # noqa: E402, F401
from demo_zgw_system import (  # noqa: E402, F401
    CATALOGI,
    LEEWAY_SECONDS,
    NOTIFICATIES,
    ZAKEN,
    Faults,
    Refused,
    Zaaksysteem,
)

SECRET = "a secret of this test, as long as HS256 wants it"
TYPE = "LWL-TOELEIDING"
POLL_S = 1


class Zaken(Zaaksysteem):
    """That keeps what it was asked for."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.urls: list[str] = []

    def misbehave(self, path: str) -> None:
        self.urls.append(path)
        super().misbehave(path)

    def walks(self) -> int:
        """How often somebody began to look at all zaken that are open."""
        return sum("einddatum__isnull" in url and url.endswith("page=1") for url in self.urls)


class ZgwHub(ApiHub):
    """It can be reached by who is told its address."""

    def _node(self, node: str, top: Any, port: int, admin: int) -> Path:
        path = super()._node(node, top, port, admin)
        url = f' base_url = "http://127.0.0.1:{port}";'
        path.write_text(path.read_text().replace("http = {", "http = {" + url, 1))
        return path


def settings(url: str) -> dict[str, Any]:
    return {
        "zaken_url": url + ZAKEN,
        "catalogi_url": url + CATALOGI,
        "notifications_url": url + NOTIFICATIES,
        "from_desk": "gemeente-rotterdam",
        "municipality": "GM0599",
        "zaaktypen": ((TYPE, "question=WERK"),),
        "statuses": (("Ontvangen", "-"), ("In behandeling", "SIGN_OF_LIFE days=28")),
        "results": (("Ingetrokken", "CANCEL reason=CLIENT_DECLINED"),),
        "eigenschappen": (("Niveau", "education.level"), ("Wens", "text")),
    }


def endpoint(url: str, name: str = "zgw", **more: Any) -> dict[str, Any]:
    """Its secret is to be written by write_secret."""
    return {
        "name": name,
        "url": url + ZAKEN,
        "also": [url + CATALOGI, url + NOTIFICATIES],
        "headers": (("Accept-Crs", "EPSG:4326"),),
        "allow_private": True,
        "auth": "jwt",
        "client_id": "lokethub",
        "secret_file": f"{name}.secret",
    } | more


def source(url: str, name: str = "zgw", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "partner": ROTTERDAM,
        "connector": "zgw",
        "endpoint": name,
        "system": "zaaksysteem",
        "callback_token": f"{ROTTERDAM}.token",
        "poll_interval_s": POLL_S,
        "settings": settings(url),
    } | more


def write_secret(folder: Path, name: str = "zgw", secret: str = SECRET) -> None:
    (folder / "secrets").mkdir(exist_ok=True)
    (folder / "secrets" / f"{name}.secret").write_text(secret + "\n")


def add_zaak(system: Zaaksysteem, zaaktype: str, who: dict[str, str]) -> dict[str, Any]:
    """Of this person, without a status."""
    zaak = system.create_zaak(zaaktype, toelichting=who["text"])
    names = {"inpBsn": who["bsn"], "geslachtsnaam": who["family_name"]}
    system.create_rol(zaak["url"], names | {"geboortedatum": who["birth_date"]})
    return zaak


class City:
    """A municipality's system, the hub, and what became of its zaken there."""

    def __init__(self, hub: ZgwHub, system: Zaken) -> None:
        self.hub = hub
        self.system = system
        self.type = system.add_zaaktype(
            TYPE, ["Ontvangen", "In behandeling", "Afgehandeld"], ["Ingetrokken", "Aan het werk"]
        )
        self.api = hub.partner(ROTTERDAM)

    def zaak(self, number: int, status: str = "Ontvangen") -> dict[str, Any]:
        zaak = add_zaak(self.system, self.type, person(number))
        self.system.create_status(zaak["url"], status)
        return zaak

    def said(self, zaak: dict[str, Any]) -> Counter[str]:
        """What was decided of a zaak's messages, by kind of body."""
        answer = self.api.get(f"/v1/receipts/{zaak['identificatie']}")
        messages = answer.json()["messages"] if answer.status_code == 200 else []
        return Counter(each["result"] for each in messages)

    def wait_for_applied(self, zaak: dict[str, Any], count: int, seconds: float = 40) -> None:
        wait_for(
            f"{count} messages of {zaak['identificatie']}",
            lambda: self.said(zaak)["APPLIED"] >= count,
            seconds,
        )

    def wait_for_walks(self, count: int = 1) -> None:
        """Until polls have seen all that is there now, so often; another has begun by then."""
        enough = self.system.walks() + count + 1
        wait_for(f"{count} walks", lambda: self.system.walks() >= enough, 60)

    def restart(self, crash_at: str | None = None) -> None:
        self.hub.processes["one"].kill()
        self.hub.start(crash_at=crash_at)
        self.hub.ready()
        self.api = self.hub.partner(ROTTERDAM)

    def judge(self) -> Any:
        """While the system answers nothing, so that no poll says anything meanwhile."""
        self.system.faults = Faults(fail=1_000_000, fail_status=503)
        time.sleep(2)
        report = self.hub.judge()
        assert not report.differences, str(report)
        assert not self.hub.command("orphans", node="one").strip()
        return report
