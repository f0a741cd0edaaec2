"""demo_day - plays a small day of made-up people over HTTP and shows who has whom at its end.

usage: demo_day.py URL TOKENS    with LOKETHUB, the program, and LOKETHUB_CONFIG in the environment
"""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

PEOPLE = {
    "Amina": "999990007",
    "Bram": "999990019",
    "Chantal": "999990020",
    "Daan": "999990032",
    "Esra": "999990044",
    "Fenna": "999990056",
}
LAST_CASE = {
    "Amina": "U-1",
    "Bram": "G-2",
    "Chantal": "U-2",
    "Daan": "R-1",
    "Esra": "U-3",
    "Fenna": "G-4",
}
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Hub:
    """The hub as its partners see it: each with a token of its own."""

    def __init__(self, url: str, tokens: Path) -> None:
        self.http, self.tokens = httpx.Client(base_url=url, timeout=20), tokens
        self.count = 0

    def post(self, desk: str, path: str, body: Any, wait: bool = True) -> httpx.Response:
        name = "uwv" if desk.startswith("uwv-") else desk  # one partner with a desk per region
        token = (self.tokens / name).read_text().strip()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if wait:
            headers["Prefer"] = "wait=10"
        content = body if isinstance(body, str) else json.dumps(body)
        return self.http.post(path, content=content, headers=headers)

    def draft(self, name: str, body: dict, **more: Any) -> dict:
        self.count += 1
        person = {"bsn": PEOPLE[name], "given_names": name, "family_name": "Voorbeeld"}
        return {"reference": f"day-{self.count}", "person": person, "body": body} | more


class Day:
    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.referrals: dict[str, str] = {}  # case → id

    def say(self, who: str, text: str, answer: httpx.Response) -> httpx.Response:
        print(f"  {who:24} {text:62} {answer.status_code}")
        return answer

    def refer(
        self, partner: str, name: str, case: str, text: str, **referral: Any
    ) -> httpx.Response:
        body = {
            "kind": "TRANSFER",
            "subject": "PERSON",
            "from_desk": partner,
            "municipality": "GM0599",
            "origin": "PARTNER",
            "purpose": "GUIDANCE",
            "legal_basis": {"kind": "PUBLIC_TASK"},
        } | referral
        draft = self.hub.draft(name, {"Referral": body}, case=case)
        return self.send(partner, "/v1/referrals", draft, case, text)

    def send(self, partner: str, path: str, draft: Any, case: str, text: str) -> httpx.Response:
        answer = self.say(partner, text, self.hub.post(partner, path, draft))
        if "Location" in answer.headers:
            self.referrals[case] = answer.headers["Location"].rpartition("/")[2]
        return answer

    def act(self, partner: str, case: str, action: str, text: str, **change: Any) -> None:
        self.hub.count += 1
        body = {"action": action, "actor": {"desk": partner, "worker": "team-1"}} | change
        draft = {
            "reference": f"day-{self.hub.count}",
            "person": {"text": "Toelichting van de medewerker."},
            "body": {"StatusChange": body},
        }
        path = f"/v1/referrals/{self.referrals[case]}/actions"
        self.say(partner, text, self.hub.post(partner, path, draft))

    def play(self) -> None:
        uwv, gemeente = "uwv-rijnmond", "gemeente-rotterdam"
        wsp, leerwerk, roc = "wsp-rijnmond", "leerwerkloket-rijnmond", "roc-rijnmond"
        self.refer(uwv, "Amina", "U-1", "refers Amina to the WSP", question="WERK", to_desk=wsp)
        self.act(wsp, "U-1", "ACCEPT", "accepts Amina: now it is responsible")
        first = self.refer(
            gemeente, "Bram", "G-1", "refers Bram; the hub finds the desk", question="LEERBAAN"
        )
        self.act(
            leerwerk,
            "G-1",
            "DECLINE",
            "declines Bram: no place",
            reason="NO_CAPACITY",
            suggested_desk=wsp,
        )
        self.refer(
            gemeente, "Bram", "G-2", "refers Bram again, to the WSP", question="WERK", to_desk=wsp
        )
        self.act(wsp, "G-2", "ACCEPT", "accepts Bram")
        self.refer(
            uwv,
            "Chantal",
            "U-2",
            "refers Chantal to the Leerwerkloket",
            question="OPLEIDING",
            to_desk=leerwerk,
        )
        self.refer(
            gemeente,
            "Chantal",
            "G-3",
            "refers Chantal too: becomes a request to UWV",
            question="TAAL",
            to_desk=roc,
        )
        self.act(leerwerk, "U-2", "ACCEPT", "accepts Chantal: the request follows her")
        self.register("roc-rijnmond", "Daan", "R-1")
        draft = self.hub.draft(
            "Esra", {"Referral": self.question(uwv, "ORIENTATIE", wsp)}, case="U-3"
        )
        self.send(uwv, "/v1/referrals", draft, "U-3", "refers Esra")
        self.send(
            uwv, "/v1/referrals", draft, "U-3", "sends the very same message again: a duplicate"
        )
        self.say(
            uwv,
            "sends a broken message: refused, and recorded",
            self.hub.post(uwv, "/v1/referrals", "{not json"),
        )
        self.refer(
            gemeente,
            "Fenna",
            "G-4",
            "refers Fenna with an unknown question: refused",
            question="GELUK",
        )
        self.refer(
            gemeente,
            "Fenna",
            "G-4",
            "refers Fenna properly, to begin in spring",
            question="STAGE",
            not_before="2099-04-01",
        )
        self.act(wsp, "G-1", "ACCEPT", "accepts what another desk declined: not possible")
        assert first.status_code < 300, first.text

    def question(self, desk: str, question: str, target: str) -> dict:
        return {
            "kind": "TRANSFER",
            "subject": "PERSON",
            "from_desk": desk,
            "to_desk": target,
            "question": question,
            "municipality": "GM0599",
            "origin": "PARTNER",
            "purpose": "GUIDANCE",
            "legal_basis": {"kind": "PUBLIC_TASK"},
        }

    def register(self, partner: str, name: str, case: str) -> None:
        body = self.question("", "LOOPBAANADVIES", "") | {"origin": "SELF"}
        del body["from_desk"], body["to_desk"]
        draft = self.hub.draft(name, {"Referral": body}, case=case)
        self.send(partner, "/v1/registrations", draft, case, f"passes on that {name} registered")


def where(referral: str) -> dict:
    program = os.environ["LOKETHUB"]
    done = subprocess.run(
        [program, "where", referral, "--json"], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"lokethub where {referral}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def local_time(text: str) -> str:
    at = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(AMSTERDAM)
    return f"{at:%a %d %b %Y %H:%M}"


def show(referrals: dict[str, str]) -> None:
    print("\nWho has whom, and what is next (lokethub where)")
    print(f"  {'CLIENT':9}{'WITH':26}{'NEXT':44}BY")
    for name, case in LAST_CASE.items():
        found = where(referrals[case])
        duty = f"{found['next_desk']}: {found['next'].lower().replace('_', ' ')}"
        print(f"  {name:9}{found['desk']:26}{duty:44}{local_time(found['next_due'])}")
    print("  the whole story of one: lokethub where " + referrals[LAST_CASE["Bram"]])


def main() -> None:
    url, tokens = sys.argv[1:]
    day = Day(Hub(url, Path(tokens)))
    print("\nA small day of made-up people")
    day.play()
    show(day.referrals)


if __name__ == "__main__":
    main()
