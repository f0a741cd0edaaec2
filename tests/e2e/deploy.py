"""deploy - writes a config folder for the hub from the model's data: files, tokens, keys."""

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from model.calls import day_text
from model.rules import OPEN_END, Config, Desk, Partner, Programme, Region, Route
from nacl.public import PrivateKey

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_MS = 60_000  # of who sets up: Kafka may have stood still before, or do other things
TOKENS = {"token": None, "coordinator": "COORDINATOR"}


def token_of(partner: str, role: str | None = None) -> str:
    """Test tokens need not be secret, only unlike. role: COORDINATOR, or a desk's."""
    return f"test-token-{partner}-{role or 'DESK'}-of-this-run-only"


def coordinators_token(partner: str) -> str:
    return token_of(partner, TOKENS["coordinator"])


Rows = Iterable[Mapping[str, Any]]


def write(
    folder: Path,
    config: Config,
    settings: Mapping[str, Mapping[str, Any]],
    lists: Mapping[str, Rows] | None = None,
) -> None:
    """Everything but the file with the settings of one process, which write_node adds.

    settings.conf is for those that serve, patient.conf for who sets up."""
    (folder / "secrets").mkdir(parents=True, exist_ok=True)
    for partner in config.partners.values():
        for name, role in TOKENS.items():
            _secret(folder / "secrets" / f"{partner.oin}.{name}", token_of(partner.oin, role))
    for name in ("pseudonym", "id", "master-first"):
        _secret(folder / "secrets" / f"{name}.key", secrets.token_hex(32))
    key = PrivateKey.generate()
    _secret(folder / "secrets" / "ops.key", bytes(key).hex())
    _secret(folder / "secrets" / "ops.pub", bytes(key.public_key).hex())
    (folder / "codes.csv").write_text(_codes())
    _csv(
        folder / "regions.csv",
        "am_code,arbeidsmarktregio,valid_from,valid_to",
        ((each, each, "", "") for each in config.regions),
    )
    _csv(
        folder / "municipalities.csv",
        "gm_code,gemeente,am_code,valid_from,valid_to",
        ((each.code, each.code, each.region, "", "") for each in config.municipalities),
    )
    _csv(folder / "mergers.csv", "oude_gm_code,nieuwe_gm_code,ingangsdatum", ())
    more = [_list(name, rows) for name, rows in (lists or {}).items()]
    (folder / "network.conf").write_text("\n".join([network(config), *more]))
    (folder / "settings.conf").write_text(_groups(settings))
    kafka = {"timeout_ms": PATIENCE_MS} | dict(settings.get("kafka", {}))
    (folder / "patient.conf").write_text(_groups({**settings, "kafka": kafka}))


def write_node(
    folder: Path,
    node: str,
    top: Mapping[str, Any],
    http: Mapping[str, Any],
    settings: str = "settings.conf",
) -> Path:
    """The config of one process: its name, folder and ports, and what all share."""
    lines = [f"{name} = {_value(value)};" for name, value in {"node": node, **top}.items()]
    lines += [
        'codes_file = "codes.csv";',
        'regions_file = "regions.csv";',
        'municipalities_file = "municipalities.csv";',
        'mergers_file = "mergers.csv";',
        _groups({"http": http}),
        f'@include "{settings}"',
        '@include "network.conf"',
    ]
    path = folder / f"{node}.conf"
    path.write_text("\n".join(lines) + "\n")
    return path


def network(config: Config) -> str:
    parts = [
        _list("partners", map(_partner, config.partners.values())),
        _list("desks", map(_desk, config.desks.values())),
        _list("regions", map(_region, config.regions.values())),
        _list("programmes", map(_programme, config.programmes.values())),
        _list("routes", map(_route, config.routes)),
    ]
    return "\n".join(parts)


def _partner(partner: Partner) -> dict[str, Any]:
    return {
        "oin": partner.oin,
        "name": partner.name,
        "home_desk": partner.home_desk,
        "feedback": partner.feedback,
        "disclose_owner": partner.disclose_owner,
        "tokens": [f"{partner.oin}.token"],
        "coordinator_tokens": [f"{partner.oin}.coordinator"],
        "requests_per_second": 1_000_000,
        "requests_burst": 10_000_000,
    }


def _desk(desk: Desk) -> dict[str, Any]:
    return {
        "id": desk.id,
        "name": desk.id,
        "partner": desk.partner,
        "kind": desk.kind,
        "region": desk.region,
        "questions": list(desk.questions) or None,
        "successor": desk.successor,
        "coordinator": desk.coordinator,
        "active": desk.active,
        "holds": desk.holds,
    }


def _region(region: Region) -> dict[str, Any]:
    return {
        "code": region.code,
        "entry_desk": region.entry_desk,
        "coordinator": region.coordinator,
        "stand_ins": tuple(region.stand_ins.items()) or None,
    }


def _programme(programme: Programme) -> dict[str, Any]:
    end = day_text(programme.end) if programme.end != OPEN_END else None
    return {"code": programme.code, "to": end, "successor": programme.successor}


def _route(route: Route) -> dict[str, Any]:
    row = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in vars(route).items()
    }
    ages, levels = row.pop("ages") or (None, None), row.pop("levels") or (None, None)
    row |= dict(zip(("age_from", "age_to"), ages, strict=True))
    row |= dict(zip(("level_from", "level_to"), levels, strict=True))
    return {name: value for name, value in row.items() if value != []}


def _list(name: str, rows: Rows) -> str:
    return f"{name} = (\n" + ",\n".join(f"  {_group(row)}" for row in rows) + "\n);\n"


def _group(row: Mapping[str, Any]) -> str:
    fields = " ".join(
        f"{name} = {_value(value)};" for name, value in row.items() if value is not None
    )
    return "{ " + fields + " }"


def _groups(groups: Mapping[str, Mapping[str, Any]]) -> str:
    return "\n".join(f"{name} = {_group(row)};" for name, row in groups.items()) + "\n"


def _value(value: Any) -> str:
    """libconfig: lists of words in [ ], pairs in ( )."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return (
            "( " + ", ".join(f"( {_value(name)}, {_value(text)} )" for name, text in value) + " )"
        )
    if isinstance(value, Mapping):
        return _group(value)
    if isinstance(value, list):
        return "[ " + ", ".join(map(_value, value)) + " ]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _csv(path: Path, head: str, rows: Iterable[Iterable[str]]) -> None:
    path.write_text("\n".join([head, *(",".join(row) for row in rows)]) + "\n")


def _codes() -> str:
    """The code lists that the hub ships."""
    found = sorted((ROOT / "config").rglob("codes.csv"))
    if not found:
        raise FileNotFoundError("config/**/codes.csv")
    return found[0].read_text()


def _secret(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")
