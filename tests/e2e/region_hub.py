"""region_hub - a hub to which a whole region is connected: every format in, every format out."""

from pathlib import Path
from typing import Any

import test_cambo
import test_stuf
import zaken
from harness import Services
from model.world import (
    FLEVOLAND,
    FUND,
    LEERWERK,
    ROTTERDAM,
    SCHOOL,
    TWENTE,
    UWV,
    WORLD,
    WSP,
)
from openklant import TOKEN
from receiver import SECRET, Receiver
from region import PROFILES, SOAP, VACANCIES, Klanten, Peers
from vca import Vca

POLL_S = 3600
TOLD = "Bij het loket"  # the status in which the hub tells a zaak that its client was accepted
OTHERS = ("STATUS", "DUTY", "OFFER", "QUESTION", "VERDICT", "DETAILS")
ACTOR = "9a000000-0000-4000-8000-000000000001"
FIELDS = ["bsn", "family_name", "birth_date", "phone", "email", "text", "employer_name"]
SEEN = {"fields": FIELDS, "fields_accepted": FIELDS}


class RegionHub(zaken.ZgwHub):
    """Each partner's systems, in and out. `certificates`: those of test_cambo."""

    def __init__(
        self,
        folder: Path,
        services: Services,
        prefix: str,
        systems: tuple[zaken.Zaken, Klanten, Vca, Peers, Receiver],
        certificates: Path,
    ) -> None:
        super().__init__(folder, services, WORLD, prefix, fields=SEEN)
        self.zaken, self.klanten, self.vca, self.peers, self.receiver = systems
        self.certificates = certificates
        for name in ("out-fund", "out-uwv", "secrets"):
            (folder / name).mkdir()
        zaken.write_secret(folder, "zaken")
        for name, text in (("klant", TOKEN), ("hook", SECRET)):
            (folder / "secrets" / name).write_text(text + "\n")
        self.lists = {
            "endpoints": self._endpoints(),
            "sources": [*self._asked(), *self._sent()],
            "deliveries": self._deliveries(),
        }

    def deploy(self) -> None:
        super().deploy()
        path = self.folder / "network.conf"
        fund = f'oin = "{FUND}";'
        path.write_text(path.read_text().replace(fund, f"{fund} recognises = true;"))

    def _endpoints(self) -> list[dict[str, Any]]:
        klanten = {"auth": "header", "header": "Authorization", "secret_file": "klant"}
        rows: list[dict[str, Any]] = [
            zaken.endpoint(self.zaken.url, "zaken"),
            {"name": "klanten", "url": self.klanten.url, **klanten},
            {"name": "vum", "url": self.peers.url},
            {"name": "suite", "url": self.peers.url + SOAP},
            {"name": "wsp", "url": self.receiver.url("/wsp")},
            {"name": "wsp-twente", "url": self.receiver.url("/wsp-twente")},
        ]
        cambo = test_cambo.by_certificate(self.vca, self.certificates, "cambo", "hub")
        return [cambo, *(row | {"allow_private": True} for row in rows)]

    def _zgw_settings(self) -> dict[str, Any]:
        place = {"from_desk": "gemeente-almere", "municipality": "GM0034"}
        return zaken.settings(self.zaken.url) | place

    def _asked(self) -> list[dict[str, Any]]:
        """Sources that are polled, and named after their connectors."""
        profiles = {
            "path": PROFILES[1:],
            "presets": "from_desk=uwv-rijnmond region=AM22 to_desk=wsp-rijnmond",
            "referrals": (("contractvorm.codeTypeOvereenkomst = 02", "question=LEERBAAN"),),
            "municipalities": (("30", "GM0599"),),
        }
        vacancies = profiles | {
            "path": VACANCIES[1:],
            "presets": "from_desk=wsp-rijnmond to_desk=leerwerkloket-rijnmond kind=SERVICE",
            "referrals": (("contractvorm.codeTypeOvereenkomst = 02", "question=BBL_VACATURE"),),
        }
        cambo = test_cambo.SETTINGS | {"question": "OPLEIDING"}
        rows = [
            ("zgw", FLEVOLAND, "zaken", self._zgw_settings()),
            ("cambo", SCHOOL, "cambo", cambo),
            ("vum", UWV, "vum", profiles),
            ("vacancy", WSP, "vum", vacancies),
        ]
        names = ("name", "partner", "endpoint", "settings")
        made = [dict(zip(names, row, strict=True)) for row in rows]
        made[0]["callback_token"] = f"{FLEVOLAND}.token"
        return [
            row | {"connector": row["name"], "system": row["name"], "poll_interval_s": POLL_S}
            for row in made
        ]

    def _sent(self) -> list[dict[str, Any]]:
        """Sources that are posted to, and two folders."""
        sonar = {
            "referrals": (("Klantprofiel = BBL", "LEERBAAN"),),
            "from_desks": (("AM22", "uwv-rijnmond"),),
            "snapshot": True,
        }
        overstap = {
            "question": "OPLEIDING",
            "question_bbl": "LEERBAAN",
            "schools": (("99YY", "municipality=GM0599"),),
            "statuses": (("LI", "CANCEL reason=CLIENT_DECLINED"),),
        }
        rows: list[tuple[str, str, str, dict[str, Any]]] = [
            ("sonar", UWV, "sonar", {"settings": sonar, "folder": str(self.drop("sonar"))}),
            ("table", UWV, "csv", {}),
            ("stuf", ROTTERDAM, "stuf", {"settings": test_stuf.SETTINGS}),
            ("overstap", SCHOOL, "overstap", {"settings": overstap}),
            ("table", TWENTE, "csv", {}),
            ("events", LEERWERK, "cloudevent", {}),
            ("companies", FUND, "recognition", {"folder": str(self.drop("companies"))}),
        ]
        return [
            {"name": name, "partner": partner, "connector": connector, "system": name} | more
            for name, partner, connector, more in rows
        ]

    def _deliveries(self) -> list[dict[str, Any]]:
        """The leerwerkloket and the school ask for theirs, and that day they do not."""
        tells = (("STATUS:ACCEPT", TOLD), *((each, "-") for each in OTHERS))
        stuf = {
            **{name: test_stuf.SETTINGS[name] for name in ("organisation", "partner_application")},
            "partner_organisation": "0599",
            "zaaktype": test_stuf.TYPE,
            "new_zaaktype": "B2000 Aanbod van het leerwerkloket",
            "tells": (
                ("STATUS:ACCEPTED", "2 Inbeh In behandeling bij een ander loket"),
                ("OFFER", "1 Ontv Aangeboden"),
                *((kind, "-") for kind in ("QUESTION", "DUTY")),
            ),
        }
        zgw = self._zgw_settings() | {"tells": tells}
        klanten = {"kanaal": "leerwerkloket", "actors": [ACTOR]}
        signed = {"signing_secrets": ["hook"]}
        return [
            {"desk": "wsp-rijnmond", "endpoint": "wsp", **signed},
            {"desk": "wsp-twente", "endpoint": "wsp-twente", **signed},
            _speaks("gemeente-rotterdam", "stuf", "suite", stuf),
            _speaks("gemeente-almere", "zgw", "zaken", zgw),
            _speaks("gemeente-enschede", "openklant", "klanten", klanten),
            _leaves("fonds-scholing", "csv", self.folder / "out-fund"),
            _leaves("uwv-rijnmond", "cloudevent", self.folder / "out-uwv"),
        ]

    def drop(self, name: str) -> Path:
        return self.folder / f"drop-{name}"


def _speaks(desk: str, connector: str, endpoint: str, settings: Any) -> dict[str, Any]:
    return {"desk": desk, "connector": connector, "endpoint": endpoint, "settings": settings}


def _leaves(desk: str, connector: str, folder: Path) -> dict[str, Any]:
    return {"desk": desk, "way": "file", "connector": connector, "folder": str(folder)}
