"""demo_weeks - what becomes of the people of the demo: work goes on, comes back, or is left."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo_day import Day

UWV, GEMEENTE, WSP = "uwv-rijnmond", "gemeente-rotterdam", "wsp-rijnmond"
WERKCENTRUM, COORDINATOR = "werkcentrum-rijnmond", "coordinator-rotterdam"


def pass_weeks(day: Day) -> None:
    day.heading("Thursday  work goes on, and comes back")
    day.act(
        "bram2", WSP, "PROGRESS", "the WSP makes an appointment with Bram", progress="SCHEDULED"
    )
    day.act("bram2", WSP, "RETURN", "… and finds that he is not ready yet", reason="NOT_READY")
    day.act("bram2", GEMEENTE, "TAKE_BACK", "Rotterdam takes Bram back")
    day.act("anna", WSP, "RETURN", "the WSP gives Anna back, too", reason="NO_CONTACT")
    day.until("… but has her until UWV takes her", lambda: still_at(day, "anna", WSP))
    two_accept_at_once(day)
    day.heading("two weeks pass, and still nobody looks at Ivo")
    day.wait(24 * 14)
    day.until("the regional coordinator is told of Ivo", lambda: told_of(day, "ivo"))
    day.act(
        "ivo",
        GEMEENTE,
        "ASSIGN",
        "… and decides who takes him",
        token=COORDINATOR,
        reason="NO_CAPACITY",
        to_desk=WERKCENTRUM,
    )
    day.until("Ivo has a desk", lambda: still_at(day, "ivo", WERKCENTRUM))


def two_accept_at_once(day: Day) -> None:
    """An offer to two desks: the first to accept has the client, the other is told."""
    for leg, desk in (("a", WSP), ("b", WERKCENTRUM)):
        day.refer("lars", UWV, f"UWV offers Lars to {desk}", to_desk=desk, leg=leg, group="lars")
    answers: dict[str, str] = {}

    def accept(leg: str, desk: str) -> None:
        answers[desk] = day.try_to_act(f"lars{leg}", desk, "ACCEPT")

    both = [threading.Thread(target=accept, args=pair) for pair in (("a", WSP), ("b", WERKCENTRUM))]
    for each in both:
        each.start()
    for each in both:
        each.join()
    won = [desk for desk, state in answers.items() if state == "ACCEPTED"]
    day.until(
        "both accept at once: one has him",
        lambda: still_at(day, "larsa", won[0]) if len(won) == 1 else "",
    )


def still_at(day: Day, who: str, desk: str) -> str:
    """The desk that is responsible, as the one that referred him sees it, and what is next."""
    found = day.get(UWV, f"/v1/referrals/{day.referrals[who]}").get("client", {})
    if found.get("responsible", {}).get("desk") != desk:
        return ""
    return f"{desk}, next: {found['next_action']['duty']}"


def told_of(day: Day, who: str) -> str:
    """In the feed of the coordinator's desk."""
    query = ""
    while page := day.get(GEMEENTE, f"/v1/handovers{query}"):
        for each in (item["handover"] for item in page["handovers"]):
            if each["kind"] == "ESCALATION" and each.get("referral") == day.referrals[who]:
                return f"{each['kind']}, level {each['level']}"
        if not page["more"]:
            break
        query = f"?after={page['after']}"
    return ""
