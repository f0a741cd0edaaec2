#!/usr/bin/env python3
"""make-example - writes the example configuration: all 35 regions with every kind of desk.

Run it after a change; what it writes is committed. Organisations that are no public bodies are
invented, and every OIN begins with 00000099, which is reserved for tests.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

# Code, word in the ids of desks, code of the central municipality and its word.
REGIONS = """
AM01 groningen                GM0014 groningen
AM02 friesland                GM0080 leeuwarden
AM03 drenthe                  GM0114 emmen
AM05 twente                   GM0153 enschede
AM06 stedendriehoek           GM0200 apeldoorn
AM07 midden-gelderland        GM0202 arnhem
AM08 rijk-van-nijmegen        GM0268 nijmegen
AM09 achterhoek               GM0222 doetinchem
AM10 rivierenland             GM0281 tiel
AM11 flevoland                GM0034 almere
AM12 gooi-en-vechtstreek      GM0402 hilversum
AM13 midden-utrecht           GM0344 utrecht
AM14 amersfoort               GM0307 amersfoort
AM15 noord-holland-noord      GM0361 alkmaar
AM17 zaanstreek-waterland     GM0479 zaanstad
AM18 groot-amsterdam          GM0363 amsterdam
AM19 holland-rijnland         GM0546 leiden
AM20 midden-holland           GM0513 gouda
AM21 haaglanden               GM0518 den-haag
AM22 rijnmond                 GM0599 rotterdam
AM23 drechtsteden             GM0505 dordrecht
AM24 zeeland                  GM0664 goes
AM25 west-brabant             GM0758 breda
AM26 midden-brabant           GM0855 tilburg
AM27 noordoost-brabant        GM0796 den-bosch
AM28 zuidoost-brabant         GM0772 eindhoven
AM29 noord-limburg            GM0983 venlo
AM30 zuid-limburg             GM0917 heerlen
AM32 helmond-de-peel          GM0794 helmond
AM33 midden-limburg           GM0957 roermond
AM34 zuid-holland-centraal    GM0637 zoetermeer
AM35 gorinchem                GM0512 gorinchem
AM36 zwolle                   GM0193 zwolle
AM37 zuid-kennemerland        GM0392 haarlem
AM38 food-valley              GM0228 ede
"""

# Flevoland and Gooi en Vechtstreek had none: their Werkcentrum stands in.
WITHOUT_LEERWERKLOKET = ("AM11", "AM12")

# Partners in every region: number of the kind, file of the token, name, home desk, more.
REGIONAL_PARTNERS = (
    (2, "gemeente-{city}", "Gemeente {City}", "gemeente-{city}", "public"),
    (3, "wsp-{slug}", "WSP {Name}", "wsp-{slug}", "full"),
    (4, "leerwerkloket-{slug}", "Leerwerkloket {Name}", "leerwerkloket-{slug}", "full"),
    (5, "werkcentrum-{slug}", "Werkcentrum {Name}", "werkcentrum-{slug}", "full"),
    (6, "roc-{slug}", "Mbo-school {Name}", "roc-{slug}", "closure"),
    (7, "vo-{slug}", "Samenwerkende scholen {Name}", "vo-{slug}", "closure"),
    (8, "taal-{slug}", "Taalaanbieder {Name}", "taal-{slug}", "private"),
)

# Desks in every region: id, name, kind, number of the partner's kind (1: UWV).
REGIONAL_DESKS = (
    ("uwv-{slug}", "UWV Werkbedrijf {Name}", "UWV", 1),
    ("gemeente-{city}", "Gemeente {City}, Werk en Inkomen", "MUNICIPALITY", 2),
    ("werkbedrijf-{slug}", "Regionaal Werkbedrijf {Name}", "WERKBEDRIJF", 2),
    ("wijkpunt-{city}", "Wijkpunt in de bibliotheek {City}", "OUTREACH", 2),
    ("wsp-{slug}", "Werkgeversservicepunt {Name}", "WSP", 3),
    ("leerwerkloket-{slug}", "Leerwerkloket {Name}", "LEERWERKLOKET", 4),
    ("werkcentrum-{slug}", "Werkcentrum {Name}", "WERKCENTRUM", 5),
    ("rmt-{slug}", "Regionaal mobiliteitsteam {Name}", "RMT", 5),
    ("coach-{slug}", "Arbeidsmarktcoaches {Name}", "COACH", 5),
    ("adviseur-{slug}", "Loopbaanadviseurs {Name}", "ADVISER", 5),
    ("roc-{slug}", "Mbo-school {Name}", "ROC", 6),
    ("vo-{slug}", "Voortgezet onderwijs {Name}", "VO", 7),
    ("vso-{slug}", "Speciaal onderwijs {Name}", "VSO", 7),
    ("taal-{slug}", "Taalaanbieder {Name}", "LANGUAGE", 8),
)

# Partners with one desk, which is also their token's file: id, name, kind, region, more.
SINGLE = (
    ("sbb", "SBB", "SBB", None, "full"),
    ("stoof", "STOOF scholingsvouchers", "FUND", None, "private"),
    ("otib", "OTIB opleidingsfonds techniek", "FUND", None, "private"),
    ("twents-fonds", "Twents Fonds voor Vakmanschap", "FUND", "AM05", "private"),
    ("cnv", "CNV loopbaanadvies", "UNION", None, "independent"),
    ("techniek-nederland", "Werkgeversorganisatie techniek", "EMPLOYER_ORG", None, "private"),
    (
        "werkgeversnetwerk-rijnmond",
        "Werkgeversnetwerk Rijnmond",
        "EMPLOYER_NETWORK",
        "AM22",
        "private",
    ),
    ("vakopleider", "Particuliere vakopleider", "PRIVATE_TRAINER", None, "private"),
    ("sectorloket-techniek", "Sectorloket techniek", "SECTOR_DESK", None, "private"),
    ("hogeschool-groningen", "Hogeschool Groningen", "HBO", "AM01", "closure"),
    ("hogeschool-twente", "Hogeschool Twente", "HBO", "AM05", "closure"),
    ("hogeschool-midden-utrecht", "Hogeschool Midden-Utrecht", "HBO", "AM13", "closure"),
    ("hogeschool-groot-amsterdam", "Hogeschool Groot Amsterdam", "HBO", "AM18", "closure"),
    ("hogeschool-rijnmond", "Hogeschool Rijnmond", "HBO", "AM22", "closure"),
    ("lpc-botlek", "Leer Praktijk Centrum Botlek", "LPC", "AM22", "closure"),
    ("lpc-twente", "Leer Praktijk Centrum Twente", "LPC", "AM05", "closure"),
)

MORE = {
    "public": 'feedback = "full"; disclose_owner = "desk"; may_see_bsn = true;',
    "full": 'feedback = "full"; disclose_owner = "desk";',
    "closure": 'feedback = "closure"; disclose_owner = "kind";',
    "private": 'feedback = "closure"; disclose_owner = "nothing"; private = true;',
    "independent": 'feedback = "none"; disclose_owner = "nothing"; private = true;',
}


@dataclass(frozen=True)
class Region:
    code: str
    slug: str
    city_code: str
    city: str
    names: dict[str, str]

    def fill(self, text: str) -> str:
        return text.format(slug=self.slug, city=self.city, **self.names)


def read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def regions() -> Iterator[Region]:
    regions = {row["am_code"]: row["arbeidsmarktregio"] for row in read("arbeidsmarktregios.csv")}
    cities = {row["gm_code"]: row["gemeente"] for row in read("gemeenten.csv")}
    for line in REGIONS.split("\n")[1:-1]:
        code, slug, city_code, city = line.split()
        yield Region(
            code, slug, city_code, city, {"Name": regions[code], "City": cities[city_code]}
        )


def oin(kind: int, number: int) -> str:
    return f"00000099{kind:03d}{number:06d}000"


UWV = oin(0, 1)


def exists(region: Region, text: str) -> bool:
    return not (region.code in WITHOUT_LEERWERKLOKET and text.startswith("leerwerkloket"))


def partner(oin: str, token: str, name: str, home: str, more: str) -> str:
    lines = f'  {{ oin = "{oin}"; name = "{name}"; home_desk = "{home}";\n    {MORE[more]}\n'
    tokens = f'    tokens = [ "tokens/{token}" ];'
    if token.startswith("gemeente-"):
        tokens += (
            f' coordinator_tokens = [ "tokens/coordinator-{token.removeprefix("gemeente-")}" ];'
        )
    if token == "sbb":
        tokens += " recognises = true;"
    return lines + tokens + " }"


def partners(all_regions: list[Region]) -> str:
    rows = [partner(UWV, "uwv", "UWV", "uwv-midden-utrecht", "public")]
    for region in all_regions:
        for kind, token, name, home, more in REGIONAL_PARTNERS:
            if exists(region, token):
                number = int(region.code[2:])
                filled = [region.fill(text) for text in (token, name, home)]
                rows.append(partner(oin(kind, number), *filled, more))
    for number, (desk, name, _, _, more) in enumerate(SINGLE, 1):
        rows.append(partner(oin(20, number), desk, name, desk, more))
    return listing("partners", "who talks to the hub", rows)


def desk(id: str, name: str, partner: str, kind: str, region: str | None) -> str:
    where = f' region = "{region}";' if region else ""
    return (
        f'  {{ id = "{id}"; name = "{name}";\n    partner = "{partner}"; kind = "{kind}";{where} }}'
    )


def desks(all_regions: list[Region]) -> str:
    rows = []
    for region in all_regions:
        for id, name, kind, owner in REGIONAL_DESKS:
            if exists(region, id):
                number = UWV if owner == 1 else oin(owner, int(region.code[2:]))
                rows.append(desk(region.fill(id), region.fill(name), number, kind, region.code))
    for number, (id, name, kind, code, _) in enumerate(SINGLE, 1):
        rows.append(desk(id, name, oin(20, number), kind, code))
    return listing("desks", "the places that clients are referred to and from", rows)


def region_row(region: Region) -> str:
    row = f'  {{ code = "{region.code}"; entry_desk = "werkcentrum-{region.slug}";'
    row += f' coordinator = "gemeente-{region.city}";'
    if region.code in WITHOUT_LEERWERKLOKET:
        row += f'\n    stand_ins = ( ( "LEERWERKLOKET", "werkcentrum-{region.slug}" ) );'
    return row + " }"


def listing(name: str, what: str, rows: list[str]) -> str:
    head = f"# {name}: {what}. Written by make-example.py.\n"
    return head + f"{name} = (\n" + ",\n".join(rows) + "\n);\n"


def main() -> None:
    all_regions = list(regions())
    files = {
        "partners.conf": partners(all_regions),
        "desks.conf": desks(all_regions),
        "regions.conf": listing(
            "regions",
            "the desks of each labour market region",
            [region_row(r) for r in all_regions],
        ),
    }
    for name, text in files.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
