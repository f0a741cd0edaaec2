"""world - a small network of made-up partners and desks, with every kind of rule in it."""

from datetime import date

from .calendar import EPOCH
from .rules import Config, Desk, Municipality, Partner, Programme, Region, Route


def oin(number: int) -> str:
    """An OIN of the test range."""
    return f"00000099{number:012d}"


UWV, ROTTERDAM, WSP, LEERWERK = oin(1000), oin(2000), oin(3000), oin(4000)
SCHOOL, FUND, TWENTE, FLEVOLAND = oin(5000), oin(6000), oin(7000), oin(8000)

WSP_QUESTIONS = ("WERK", "LEERBAAN", "PRAKTIJKLEREN", "BBL_VACATURE", "STAGE")


def days(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - EPOCH).days


PARTNERS = (
    Partner(UWV, "uwv-rijnmond", "UWV"),
    Partner(ROTTERDAM, "gemeente-rotterdam", "Gemeente Rotterdam"),
    Partner(WSP, "wsp-rijnmond", "WSP"),
    Partner(LEERWERK, "leerwerkloket-rijnmond", "Leerwerkloketten"),
    Partner(SCHOOL, "roc-maas", "ROC Maas", feedback="closure"),
    Partner(FUND, "fonds-scholing", "Scholingsfonds", feedback="none", disclose_owner="nothing"),
    Partner(TWENTE, "gemeente-enschede", "Gemeente Enschede", disclose_owner="kind"),
    Partner(FLEVOLAND, "gemeente-almere", "Gemeente Almere"),
)

DESKS = (
    Desk("uwv-rijnmond", UWV, "UWV", "AM22"),
    Desk("uwv-twente", UWV, "UWV", "AM05"),
    Desk("gemeente-rotterdam", ROTTERDAM, "MUNICIPALITY", "AM22"),
    Desk(
        "jongerenloket", ROTTERDAM, "OUTREACH", "AM22", active=False, successor="gemeente-rotterdam"
    ),
    Desk("wsp-rijnmond", WSP, "WSP", "AM22", WSP_QUESTIONS),
    Desk("wsp-twente", WSP, "WSP", "AM05", WSP_QUESTIONS),
    Desk("wsp-oud", WSP, "WSP", "AM11", WSP_QUESTIONS, active=False, successor="roc-maas"),
    Desk("leerwerkloket-rijnmond", LEERWERK, "LEERWERKLOKET", "AM22"),
    Desk("werkcentrum-twente", LEERWERK, "WERKCENTRUM", "AM05"),
    Desk("roc-maas", SCHOOL, "ROC", "AM22", ("OPLEIDING", "STAGE", "EVC", "TAAL"), holds=False),
    Desk("fonds-scholing", FUND, "FUND", None, ("SCHOLINGSVOUCHER",), holds=False),
    Desk("gemeente-enschede", TWENTE, "MUNICIPALITY", "AM05"),
    Desk("gemeente-almere", FLEVOLAND, "MUNICIPALITY", "AM11"),
    Desk("sectorloket-techniek", FLEVOLAND, "SECTOR_DESK", "AM11", ("OMSCHOLING", "ORIENTATIE")),
)

STAND_INS = {"LEERWERKLOKET": "gemeente-almere", "WSP": "wsp-twente"}

REGIONS = (
    Region("AM22", "leerwerkloket-rijnmond", "gemeente-rotterdam"),
    Region("AM05", "werkcentrum-twente", "gemeente-enschede"),
    Region("AM11", "gemeente-almere", "gemeente-almere", STAND_INS),
)

MUNICIPALITIES = (
    Municipality("GM0599", "AM22"),
    Municipality("GM0502", "AM22"),
    Municipality("GM0153", "AM05"),
    Municipality("GM0034", "AM11"),
)

PROGRAMMES = (
    Programme("DWSRA_JIJ_BLIJFT_BIJ", days(2023, 1, 1), "LEERWERKAKKOORD"),
    Programme("EGF_BANKEN", days(2022, 7, 1)),
    Programme("LEERWERKAKKOORD"),
)

ROUTES = (
    Route("voucher", to_desk="fonds-scholing", questions=("SCHOLINGSVOUCHER",)),
    Route("programme", to_desk="leerwerkloket-rijnmond", programmes=("LEERWERKAKKOORD",)),
    Route("technics", to_desk="sectorloket-techniek", sectors=("TECHNIEK",)),
    Route("school", to_desk="roc-maas", questions=("OPLEIDING",), regions=("AM22",)),
    Route("young", to_desk="jongerenloket", target_groups=("JONGERE",), ages=(16, 27)),
    Route("work", to_kind="WSP", questions=("WERK", "LEERBAAN", "BBL_VACATURE")),
    Route("fund-asks", to_desk="uwv-rijnmond", partners=(FUND,), regions=("AM22",)),
    Route("bbl", to_kind="LEERWERKLOKET", pathways=("BBL",), levels=(1, 2)),
    Route("capelle", to_desk="gemeente-rotterdam", municipalities=("GM0502",)),
)

WORLD = Config(
    partners={partner.oin: partner for partner in PARTNERS},
    desks={desk.id: desk for desk in DESKS},
    regions={region.code: region for region in REGIONS},
    municipalities=MUNICIPALITIES,
    programmes={programme.code: programme for programme in PROGRAMMES},
    routes=ROUTES,
)
