"""test_conform_told - a desk that is told in a format of its own is tried by what that tells."""

from api import Api, a_hub
from lanes import LaneHub, token_for_tests
from model.world import ROTTERDAM, WSP
from openklant import TOKEN as KLANT_TOKEN
from openklant import OpenKlant
from receiver import Handler, Receiver
from test_conform import People, conform, rows_with
from test_stuf_out import CONFIRMED, OF_TOWN, SETTINGS, kind, one


class Suite:
    """A zaak system that is told by StUF, each message once."""

    def __init__(self) -> None:
        self.receiver = Receiver()
        self.receiver.answers["/stuf"] = self.answer
        self.takes_garbage = False
        self.knows_all = True  # else no zaak that it did not make itself

    def answer(self, handler: Handler) -> None:
        is_xml = handler.body.startswith(b"<")
        is_taken = is_xml and (self.knows_all or kind(handler) == "T")
        is_taken = is_taken or (not is_xml and self.takes_garbage)
        text = CONFIRMED.format(one("StUF:referentienummer", handler.body) if is_xml else "")
        if not is_taken:
            text = "<s:Fault><faultcode>s:Client</faultcode></s:Fault>"
        handler.send_response(200 if is_taken else 500)
        handler.send_header("Content-Type", "text/xml")
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text.encode())


def test_desks_that_are_told_in_a_format_of_their_own(services, tmp_path):
    """By StUF news go into the zaak that the offer made; what has no zaak is told to nobody."""
    suite = Suite()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "klant.token").write_text(KLANT_TOKEN + "\n")
    with OpenKlant() as klant:
        to_klant = {"name": "klant", "url": klant.url, "allow_private": True, "auth": "header"}
        endpoints = [
            {"name": "suite", "url": suite.receiver.url("/stuf"), "allow_private": True},
            to_klant | {"header": "Authorization", "secret_file": "klant.token"},
        ]
        deliveries = [
            {"desk": "wsp-rijnmond", "connector": "stuf", "endpoint": "suite"}
            | {"settings": SETTINGS | {"tells": (*SETTINGS["tells"], ("STATUS", "2 - Loopt"))}},
            {"desk": "gemeente-rotterdam", "connector": "openklant", "endpoint": "klant"},
        ]
        lists = {"endpoints": endpoints, "deliveries": deliveries}
        with a_hub(services, tmp_path, LaneHub, lists=lists) as hub:
            url = hub.edges()[0]
            wsp, town = (Api(url, of, token_for_tests(of)) for of in (WSP, ROTTERDAM))
            with People(wsp), People(town):
                page = conform(hub, "wsp-rijnmond")
                assert rows_with(page, "FAIL") == [], page["desk_rows"]
                assert page["admitted"]
                told = {row["name"]: row for row in page["desk_rows"]}
                assert told["every kind"]["came"].startswith("taken: STATUS, RECALL; not told")
                assert "QUESTION (" in told["every kind"]["came"]
                for name in ("duplicate", "bad input"):
                    assert told[name]["result"] == "PASS"
                for name in ("out of order", "newer schema", "bad signature", "bad credentials"):
                    assert told[name]["result"] == "NOT POSSIBLE"
                assert [kind(each) for each in suite.receiver.all() if each.body[:1] == b"<"][
                    -1
                ] == "W"
                suite.takes_garbage = True
                page = conform(hub, "wsp-rijnmond", code=1)
                assert rows_with(page, "FAIL") == ["desk_rows: bad input"], page["sender"]
                page = conform(hub, "gemeente-rotterdam")
                assert rows_with(page, "FAIL") == []
                assert page["admitted"]
                told = {row["name"]: row["result"] for row in page["desk_rows"]}
                assert {"newer schema", "bad signature"} == {
                    name for name, result in told.items() if result != "PASS"
                }
                klant.is_moved = True  # so that nothing is brought
                page = conform(hub, "gemeente-rotterdam", "--wait", "5", code=1)
                told = {row["name"]: row["result"] for row in page["desk_rows"]}
                assert told["bad input"] == "NOT POSSIBLE", page["desk_rows"]
    suite.receiver.end()


def test_what_is_refused_of_a_case_that_is_made_up_keeps_nobody_out(services, tmp_path):
    """A zaak system that hears of its own zaken only has none of those that are made up here."""
    suite = Suite()
    suite.knows_all = False
    lists = {
        "endpoints": [{"name": "suite", "url": suite.receiver.url("/stuf"), "allow_private": True}],
        "deliveries": [
            {"desk": "gemeente-rotterdam", "connector": "stuf", "endpoint": "suite"}
            | {"settings": OF_TOWN}
        ],
        "sources": [{"name": "events", "partner": ROTTERDAM, "connector": "cloudevent"}],
    }
    with a_hub(services, tmp_path, LaneHub, lists=lists) as hub:
        with People(Api(hub.edges()[0], ROTTERDAM, token_for_tests(ROTTERDAM))):
            page = conform(hub, "gemeente-rotterdam")
            told = {row["name"]: row for row in page["desk_rows"]}
            assert rows_with(page, "FAIL") == []
            assert page["admitted"]
            assert told["every kind"]["result"] == "NOT POSSIBLE"
            assert (
                "refused, and may be for its system has no such case: STATUS ("
                in (told["every kind"]["came"])
            )
            assert told["bad input"]["result"] == "PASS"
            assert told["duplicate"]["result"] == "NOT POSSIBLE"
            suite.knows_all = True
            page = conform(hub, "gemeente-rotterdam")
            told = {row["name"]: row for row in page["desk_rows"]}
            assert told["every kind"]["came"].startswith("taken: STATUS; not told in this format")
    suite.receiver.end()
