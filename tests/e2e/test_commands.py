"""test_commands - exit codes and JSON of the commands, and what each tells of a small town.

The town lives once for all tests of the file; tests change nothing that another one counts.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import harness
import pytest
from model.world import WORLD
from town import GEMEENTE, LEERWERK, PEOPLE, UWV, WSP, Town, run


@pytest.fixture(scope="module")
def town(services: harness.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    settings = {
        "seal": {"ops_secret_key_file": "ops.key"},
        "view": {"audit_interval_s": 1},
    }
    hub = harness.Hub(folder, services, WORLD, f"commands-{time.time_ns()}.", settings)
    hub.lists["sources"] = [
        {
            "name": "events",
            "partner": WORLD.desks[desk].partner,
            "connector": "cloudevent",
        }
        for desk in (GEMEENTE, UWV)
    ]
    hub.deploy()
    hub.start("one")
    hub.ready()
    made = Town(hub)
    made.refer("anna", UWV, WSP)
    made.act("anna", WSP, "ACCEPT")
    made.refer("bram", GEMEENTE, WSP)
    made.act("bram", WSP, "DECLINE", reason="NO_CAPACITY", suggested_desk=LEERWERK)
    made.refer("cleo", UWV, WSP, reference="same")
    made.refer("cleo", UWV, WSP, reference="same")
    made.act("anna", WSP, "ACCEPT")
    made.post(GEMEENTE, "/v1/referrals", {"case": "broken", "body": {"Referral": {}}})
    yield made
    hub.end()


def test_a_misspelt_setting_is_named_with_file_and_line(town: Town, tmp_path: Path) -> None:
    path = town.config.with_name("misspelt.conf")
    path.write_text("nod = 1;\n" + town.config.read_text())
    done = run("check", str(path))
    assert done.returncode == 3
    assert "misspelt.conf" in done.stdout
    assert "nod" in done.stdout
    problems = json.loads(run("check", str(path), "--json").stdout)["problems"]
    assert (problems[0]["line"], problems[0]["kind"]) == (1, "error")


def test_away(town: Town) -> None:
    """Without Kafka, the registry or a view: try again."""
    text = town.config.read_text().replace('node = "one"', 'node = "away"')
    path = town.config.with_name("away.conf")
    path.write_text(
        text.replace('@include "settings.conf"', "").replace("data-one", "data-away")
        + 'kafka = { bootstrap = "127.0.0.1:1"; timeout_ms = 2000; };\n'
        + 'registry = { url = "http://127.0.0.1:1"; timeout_ms = 1000; };\n'
    )
    for words in (["where", "x"], ["queue"], ["topics", "check"], ["schemas", "check"]):
        assert run(*words, config=path).returncode == 4, words


def test_where(town: Town) -> None:
    anna = town.ask("where", "case-anna")
    assert (anna["status"], anna["desk"], anna["next"]) == ("OPEN", WSP, "CONTACT_CLIENT")
    assert anna["next_desk"] == WSP
    assert [row["state"] for row in anna["referrals"]] == ["ACCEPTED"]
    assert [row["result"] for row in anna["story"]] == ["APPLIED", "APPLIED", "REJECTED"]
    assert "accepted by wsp-rijnmond; now with wsp-rijnmond" in anna["story"][1]["what"]
    bram = town.ask("where", "case-bram")
    assert (bram["desk"], bram["next"]) == (GEMEENTE, "REFER_OR_CLOSE")
    assert "NO_CAPACITY, suggests leerwerkloket-rijnmond" in bram["story"][1]["what"]


def test_where_by_anything(town: Town) -> None:
    client = town.client_of("anna")
    for text in (client, client.upper(), client[:10], town.referrals["anna"]):
        assert town.ask("where", text)["client"] == client
    by_number = town.run("where", "-", "--json", stdin=f"{PEOPLE['anna']}\n")
    assert json.loads(by_number.stdout)["client"] == client
    assert PEOPLE["anna"] not in by_number.stdout + by_number.stderr
    wrong = town.run("where", "-", stdin="123456789\n")
    assert wrong.returncode == 2
    assert "123456789" not in wrong.stdout + wrong.stderr


def test_where_nobody(town: Town) -> None:
    assert town.run("where", "case-nobody").returncode == 1
    assert town.run("where", "0" * 32).returncode == 1
    several = town.ask("where", "case-anna", "case-bram", "case-nobody", code=1)["clients"]
    assert [row["desk"] for row in several] == [WSP, GEMEENTE, None]
    assert several[2]["status"] == "not known"


def test_where_shows_no_personal_data(town: Town) -> None:
    text = town.run("where", "case-anna").stdout + town.run("tap", "intake").stdout
    assert PEOPLE["anna"] not in text
    assert "2001-05-30" not in text
    assert "omdat" not in text


def test_flow(town: Town) -> None:
    flow = town.ask("flow")
    assert flow["closes"]
    assert flow["view_is_current"]
    rows = {row["partner"]: row for row in flow["flow"]}
    uwv = rows[WORLD.desks[UWV].partner]
    assert (uwv["applied"], uwv["duplicate"]) == (2, 1)
    assert rows[WORLD.desks[GEMEENTE].partner]["refused"] == 1
    assert rows[WORLD.desks[WSP].partner]["rejected"] == 1
    for row in rows.values():
        parts = ("applied", "duplicate", "refused", "rejected", "parked", "in_flight")
        assert row["received"] == sum(row[part] for part in parts)
        assert row["unaccounted"] == 0


def test_queue(town: Town) -> None:
    rows = {(row["desk"], row["clock"]): row for row in town.ask("queue", "--what")["queue"]}
    assert rows["gemeente-rotterdam", "T4"]["waiting"] == 1
    assert rows["hub", "T0"]["waiting"] == 1
    shapes = {row["desk"]: row for row in town.ask("queue")["desks"]}
    assert shapes["gemeente-rotterdam"]["waiting"] == sum(
        row["waiting"] for (desk, _), row in rows.items() if desk == "gemeente-rotterdam"
    )
    for shape in shapes.values():
        assert sum(shape["ages"]) == shape["waiting"]
    assert shapes["all"]["waiting"] == sum(row["waiting"] for row in rows.values())
    lines = town.ask("queue", GEMEENTE)["waiting"]
    assert any(
        row["what"] == "client to refer again or close" and row["client"] == town.client_of("bram")
        for row in lines
    )
    assert town.run("queue", "no-such-desk").returncode == 2


def test_rejected(town: Town) -> None:
    rows = town.ask("rejected")["rejected"]
    illegal = next(row for row in rows if row["code"] == "ILLEGAL")
    assert illegal["client"] == town.client_of("anna")
    assert illegal["owner"] == WSP
    shown = town.ask("rejected", "show", illegal["id"])
    assert shown["message"]["body"]["StatusChange"]["action"] == "ACCEPT"
    assert "sealed" not in shown["message"]
    refused = next(row for row in rows if row["code"] == "INVALID")
    closed = town.ask("rejected", "show", refused["id"])
    assert "original" not in closed
    opened = town.ask("rejected", "show", refused["id"], "--open")
    assert json.loads(opened["original"])["case"] == "broken"
    accesses = town.run("tap", "access").stdout.splitlines()
    assert any("rejected show" in line for line in accesses)
    only = town.ask("rejected", "--code", "ILLEGAL", "--client", "case-anna")["rejected"]
    assert len(only) == 1
    assert town.run("rejected", "show", "99-99").returncode == 1
    assert town.run("rejected", "show", "nothing").returncode == 1


def test_orphans_and_colours(town: Town) -> None:
    done = town.run("orphans")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert town.ask("orphans") == {"orphans": []}
    assert "\033[" not in town.run("where", "case-anna").stdout


def test_orphans_finds_what_is_spoilt(town: Town, tmp_path: Path) -> None:
    """On a copy of the view, which no edge keeps up with."""
    text = town.config.read_text().replace("data-one", "data-spoilt")
    path = town.config.with_name("spoilt.conf")
    path.write_text(text)
    folder = town.hub.folder / "data-spoilt"
    folder.mkdir()
    source = town.hub.folder / "data-one" / "view.db"
    spoil = "UPDATE clients SET hash = x'00'; DELETE FROM handovers WHERE number = 1"
    for statement in (f"VACUUM INTO '{folder}/view.db'",):
        subprocess.run(["sqlite3", source, statement], check=True, timeout=30)
    subprocess.run(["sqlite3", folder / "view.db", spoil], check=True, timeout=30)
    done = run("orphans", "--json", config=path)
    assert done.returncode == 1, done.stderr
    found = {row["invariant"] for row in json.loads(done.stdout)["orphans"]}
    assert found == {"I19", "I20"}


def test_tap(town: Town) -> None:
    client = town.client_of("anna")
    lines = [
        json.loads(line)
        for line in town.run("tap", "events", "--client", client).stdout.split("\n")[:-1]
    ]
    assert [line["value"]["result"] for line in lines] == ["APPLIED", "APPLIED", "REJECTED"]
    assert all(line["key"] == client for line in lines)
    intake = json.loads(town.run("tap", "intake", "--client", client, "-n1").stdout)
    assert intake["value"]["sealed"]["box"].endswith(" bytes")
    assert intake["headers"]["source"] == f"urn:oin:{WORLD.desks[UWV].partner}"
    assert len(town.run("tap", "clients", "--from", "beginning").stdout.splitlines()) >= 3
    assert town.run("tap", "nothing").returncode == 2


def test_route_test(town: Town, tmp_path: Path) -> None:
    referral = {
        "kind": "TRANSFER",
        "subject": "PERSON",
        "from_desk": GEMEENTE,
        "question": "OPLEIDING",
        "municipality": "GM0599",
        "origin": "PARTNER",
        "purpose": "GUIDANCE",
        "legal_basis": {"kind": "PUBLIC_TASK"},
    }
    path = tmp_path / "referral.json"
    path.write_text(json.dumps({"body": {"Referral": referral}}))
    answer = town.ask("route", "test", str(path))
    assert (answer["region"], answer["partner"]) == ("AM22", WORLD.desks[answer["desk"]].partner)
    assert answer["why"]
    bad = town.run(
        "route", "test", "-", "--json", stdin=json.dumps(referral | {"question": "GELUK"})
    )
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["problems"][0]["field"] == "question"
    assert town.run("route", "test", "-", stdin="{").returncode == 2


def test_topics_and_schemas(town: Town) -> None:
    assert town.ask("topics", "check")["ok"]
    assert town.ask("topics", "create")["made"] == 0
    schemas = town.ask("schemas", "check")
    assert schemas["ok"]
    assert {row["result"] for row in schemas["schemas"]} == {"there"}
    text = town.config.read_text()
    path = town.config.with_name("other.conf")
    settings = (town.hub.folder / "settings.conf").read_text()
    path.write_text(text.replace('@include "settings.conf"', settings.replace("commands-", "no-")))
    missing = run("topics", "check", "--json", config=path)
    assert missing.returncode == 1
    assert len(json.loads(missing.stdout)["found"]) == 10


def test_settings_can_be_loaded(town: Town, tmp_path: Path) -> None:
    manual = town.run("settings").stdout
    assert "bootstrap" in manual
    assert "transaction" in manual


def waiting_of(town: Town, client: str, count: int) -> list[dict]:
    """So many: they come over another topic than the number of them."""

    def ask() -> list[dict] | None:
        done = town.run("rejected", "--waiting", "--client", client, "--json")
        rows = json.loads(done.stdout)["rejected"]
        return rows if len(rows) >= count else None

    return harness.wait_for("what waits", ask, 30)


def test_redrive(town: Town, tmp_path: Path) -> None:
    """A client is parked, and flows again: left out, repaired, and as it is."""
    town.refer("dirk", UWV, WSP)
    client = town.client_of("dirk")
    town.poison(client)
    town.wait_parked("dirk", 1)
    assert town.act("dirk", WSP, "ACCEPT").status_code in (202, 409)
    town.wait_parked("dirk", 2)
    rows = waiting_of(town, client, 2)
    assert [(row["number"], row["code"]) for row in rows] == [(1, "UNREADABLE"), (2, "PARKED")]
    assert town.ask("rejected", "redrive", client, "--dry-run")["waiting"] == 2

    again = town.ask("rejected", "redrive", client, "--wait", "3", code=1)
    assert (again["redriven"], again["flows"]) == (0, False)

    message = town.ask("rejected", "show", rows[1]["id"])["message"]
    message["reference"] = "repaired"
    message["id"] = "00000000-0000-8000-8000-00000000d1d1"
    message["body"]["StatusChange"]["action"] = "SEEN"
    repair = tmp_path / "repair.json"
    repair.write_text(json.dumps(message))
    done = town.ask("rejected", "redrive", client, "--repair", str(repair))
    assert (done["redriven"], done["flows"]) == (2, True)
    dirk = town.ask("where", client)
    assert (dirk["desk"], dirk["parked"]) == (WSP, 0)

    def told() -> str:
        return " ".join(row["what"] for row in town.ask("where", client)["story"])

    harness.wait_for("the story", lambda: "seen by wsp-rijnmond" in told(), 30)

    town.poison(client)
    town.wait_parked("dirk", 1)
    done = town.ask("rejected", "redrive", client, "--skip", "nobody knows what it was")
    assert (done["redriven"], done["flows"]) == (1, True)
    assert town.ask("rejected", "redrive", client)["sent"] == 0
    assert town.ask("flow")["closes"]
    assert town.run("orphans").stdout == ""


def rows_of(town: Town) -> dict[str, int]:
    return {row["table"]: row["rows"] for row in town.ask("view")["tables"]}


def tables_of(town: Town) -> dict[str, str]:
    """Of the view's content, but for facts: heartbeats go on."""
    tables = {row["table"]: row["digest"] for row in town.ask("view")["tables"]}
    del tables["facts"]
    return tables


def test_a_view_that_was_killed_or_deleted_comes_back_equal(town: Town) -> None:
    town.hub.processes["one"].end()
    killed = town.hub.start("one", crash_at="view-before-commit:2")
    killed.popen.wait(60)
    town.hub.start("one")
    town.hub.ready()
    handovers = rows_of(town)["handovers"]
    assert town.refer("finn", UWV, WSP).status_code == 201
    # The answer waits for the event only; the offer comes to the view by another topic.
    harness.wait_for("the offer", lambda: rows_of(town)["handovers"] > handovers, 30)
    before = tables_of(town)
    town.hub.processes["one"].end()
    for path in (town.hub.folder / "data-one").glob("view.db*"):
        path.unlink()
    assert town.run("where", "case-anna").returncode == 4
    town.hub.start("one")
    town.hub.ready()
    assert tables_of(town) == before
    (town.hub.folder / "data-one" / "view.db").unlink()
    harness.wait_for("a new view", lambda: town.run("view").returncode == 0, 30)
    harness.wait_for("the same content", lambda: tables_of(town) == before, 30)


def gauges_of(town: Town, name: str) -> dict[str, int]:
    """By label; of a gauge without one by the empty text."""
    lines = town.hub.processes["one"].metrics()
    rows = (line.rpartition(" ") for line in lines if line.startswith((f"{name}{{", f"{name} ")))
    return {(key.split('"') + [""])[1]: int(value) for key, _, value in rows}


def test_an_edge_shows_what_its_audit_finds(town: Town) -> None:
    """In the view that the edge itself keeps, spoilt under its hands and then built anew."""
    violations = "lokethub_invariant_violations"
    harness.wait_for("an audit", lambda: gauges_of(town, violations), 60)
    assert {"I1", "I4", "I5", "I19", "I20"} <= gauges_of(town, violations).keys()
    harness.wait_for("no finding", lambda: not any(gauges_of(town, violations).values()), 30)
    flow = gauges_of(town, "lokethub_flow_messages")
    rows = town.ask("flow")["flow"]
    for state in ("received", "applied", "rejected", "refused", "parked", "unaccounted"):
        assert flow[state] == sum(row[state] for row in rows)
    view = town.hub.folder / "data-one" / "view.db"
    spoil = "PRAGMA busy_timeout = 10000; UPDATE clients SET hash = x'00'"
    subprocess.run(["sqlite3", view, spoil], check=True, timeout=30)
    harness.wait_for("a finding", lambda: gauges_of(town, violations)["I20"] > 0, 60)
    assert gauges_of(town, violations)["I19"] == 0
    lines = town.hub.processes["one"].log.read_text().splitlines()
    assert len([line for line in lines if "level=warn" in line and "invariant=I20" in line]) == 1
    view.unlink()
    harness.wait_for("no finding", lambda: gauges_of(town, violations)["I20"] == 0, 60)
    assert gauges_of(town, "lokethub_audit_finished_seconds")[""] > 0


def test_connectors(town: Town) -> None:
    rows = {row["name"]: row for row in town.ask("connectors")["connectors"]}
    used = [f"{WORLD.desks[desk].partner}/events" for desk in (GEMEENTE, UWV)]
    assert rows["cloudevent"]["sources"] == ", ".join(used)
    assert rows["cloudevent"]["summary"] and list(rows) == sorted(rows)
    assert town.run("connectors", "fax").returncode == 2


def test_parse(town: Town, tmp_path: Path) -> None:
    """It says what would be refused, and nothing of it is sent."""
    before = town.ask("flow")
    good = {"case": "p-1", "person": {"bsn": PEOPLE["eva"], "family_name": "Kanarie"}}
    referral = {
        "kind": "TRANSFER",
        "subject": "PERSON",
        "from_desk": GEMEENTE,
        "question": "WERK",
        "municipality": "GM0599",
        "origin": "PARTNER",
        "purpose": "GUIDANCE",
        "legal_basis": {"kind": "PUBLIC_TASK"},
    }
    drafts = [
        good | {"body": {"Referral": referral}},
        good | {"body": {"Referral": referral | {"from_desk": WSP}}},
    ]
    head = {"specversion": "1.0", "type": "nl.voorbeeld.x", "source": "urn:x"}
    events = [head | {"id": str(n), "data": draft} for n, draft in enumerate(drafts)]
    path = tmp_path / "events.json"
    path.write_text(json.dumps(events))
    answer = town.ask("parse", "cloudevent", str(path), code=1)
    assert (answer["taken"], answer["refused"]) == (1, 1)
    assert [row["fate"] for row in answer["drafts"]] == ["taken", "refused"]
    assert answer["drafts"][0]["draft"]["person"]["family_name"] == "Kanarie"
    assert answer["drafts"][1]["field"] == "body.Referral.from_desk"
    assert "Kanarie" not in town.run("parse", "cloudevent", str(path)).stdout
    path.write_text("<xml/>")
    assert town.run("parse", "cloudevent", str(path)).returncode == 1
    assert town.run("parse", "fax", str(path)).returncode == 2
    assert "sources" in town.run("parse", "cloudevent", str(path), "--source", "other").stderr
    path.write_text(json.dumps(events[:1]))
    named = "several partners have a source events: say which, --source"
    first, second = (f"{WORLD.desks[desk].partner}/events" for desk in (GEMEENTE, UWV))
    answer = town.run("parse", "cloudevent", str(path), "--source", "events")
    assert answer.returncode == 2 and f"{named} {first} or {second}" in answer.stderr
    assert town.ask("parse", "cloudevent", str(path), "--source", first)["taken"] == 1
    assert town.ask("parse", "cloudevent", str(path), "--source", second, code=1)["refused"] == 1
    assert town.ask("flow") == before


def test_a_desk_is_held_and_released(town: Town) -> None:
    def holds() -> list[dict]:
        lines = town.run("tap", "facts", "--from", "beginning").stdout.splitlines()
        return [row for row in map(json.loads, lines) if row["key"] == f"hold/{LEERWERK}"]

    until = "2099-03-06"
    answer = town.ask("desk", "hold", LEERWERK, "--until", until, "--reason", "verhuizing")
    assert answer["desk"] == LEERWERK and answer["until"].startswith(until)
    [held] = holds()
    assert held["value"]["text"] == "verhuizing"
    town.ask("desk", "release", LEERWERK)
    released = holds()[1]["value"]
    assert len(holds()) == 2 and released["to"] < released["at"]
    assert town.run("desk", "hold", "no-such-desk").returncode == 2
    assert town.run("desk", "hold", LEERWERK, "--until", "2020-01-01").returncode == 2


def test_a_desk_is_full_and_has_room_again(town: Town) -> None:
    def facts() -> list[dict]:
        lines = town.run("tap", "facts", "--from", "beginning").stdout.splitlines()
        return [row for row in map(json.loads, lines) if row["key"].startswith("capacity/")]

    until = (date.today() + timedelta(days=30)).isoformat()
    assert town.ask("desk", "full", LEERWERK, "--until", until)["until"] == until
    kind = town.ask("desk", "full", LEERWERK, "--until", until, "--voucher", "STOOF")
    assert kind["voucher_kind"] == "STOOF"
    assert town.ask("desk", "free", LEERWERK)["desk"] == LEERWERK
    full, vouchers, room = facts()
    assert full["key"] == room["key"] == f"capacity/{LEERWERK}"
    assert vouchers["key"] == f"capacity/{LEERWERK}/STOOF"
    assert full["value"]["number"] == 0 and full["value"]["to"].startswith(until)
    assert room["value"]["to"] < room["value"]["at"]
    for wrong in (
        (LEERWERK,),
        (LEERWERK, "--until", "2020-01-01"),
        (LEERWERK, "--until", until, "--voucher", "of-tomorrow"),
        ("no-such-desk", "--until", until),
    ):
        assert town.run("desk", "full", *wrong).returncode == 2


def test_the_story_in_dutch(town: Town) -> None:
    page = town.run("where", "case-anna", "--lang", "nl").stdout
    assert "verwezen naar" in page
    assert "referred by" in town.run("where", "case-anna").stdout
    assert town.run("where", "case-anna", "--lang", "de").returncode == 2


def test_outages(town: Town) -> None:
    assert town.ask("outages") == {"outages": [], "undelivered": []}
