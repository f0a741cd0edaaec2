"""test_api_contract - the hub takes and gives what its own OpenAPI document says, and no more."""

import os
import re

import httpx
import pytest
import schemathesis
from api import WAIT, a_hub, action, person, referral
from hypothesis import HealthCheck, settings
from model.world import ROTTERDAM, WSP
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

pytestmark = pytest.mark.peers

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
EXAMPLES = int(os.environ.get("LOKETHUB_EXAMPLES", "12"))
CASE = "2026-000123"
MADE_UP = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def hub(services, tmp_path_factory):
    with a_hub(services, tmp_path_factory.mktemp("contract")) as made:
        yield made


@pytest.fixture(scope="module")
def name(hub):
    """Of a referral that is there, under what the document has as its examples."""
    city, wsp = hub.partner(ROTTERDAM), hub.partner(WSP)
    named = {"system": "suite4werk", "leg": "2", "person": person(301)}
    answer = city.refer(referral(CASE) | named, **WAIT)
    assert answer.status_code == 201
    name = answer.json()["referral"]
    accept = action("ACCEPT", "c-301", actor={"worker": "team-1"})
    assert wsp.act(name, accept, **WAIT).status_code == 201
    return name


@pytest.fixture(scope="module")
def document(hub):
    return schemathesis.openapi.from_url(hub.edges()[0] + "/v1/openapi.json")


@pytest.fixture(scope="module")
def seen():
    """Which statuses each operation answered."""
    return {}


schema = schemathesis.pytest.from_fixture("document")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_operation(case, hub, name, seen):
    """Each id that is well-formed stands for the one that is there, now and then for none."""
    if MADE_UP.fullmatch(str(case.path_parameters.get("referral", ""))) and not case.query:
        case.path_parameters["referral"] = name
    if "case" in case.path_parameters and 200 not in seen.get(case.operation.label, ()):
        case.path_parameters["case"], case.query = CASE, {}
    if "desk" in case.path_parameters and 200 not in seen.get(case.operation.label, ()):
        case.path_parameters["desk"] = "gemeente-rotterdam"
    token = hub.partner(ROTTERDAM).http.headers["Authorization"]
    answer = case.call(headers={"Authorization": token}, timeout=30)
    seen.setdefault(case.operation.label, set()).add(answer.status_code)
    case.validate_response(answer, checks=CHECKS)
    assert answer.headers["api-version"] == ["1.0.0"]


def test_every_operation_was_used_well_and_badly(hub, seen):
    paths = httpx.get(hub.edges()[0] + "/v1/openapi.json").json()["paths"]
    labels = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    assert set(seen) | {"GET /v1/openapi.json"} == labels
    own_formats = seen.pop("POST /v1/in/{oin}/{source}")
    assert 404 in own_formats  # only its owner posts to a source: tests/e2e/test_sources.py
    for operation, statuses in seen.items():
        assert {200, 201, 202} & statuses, operation
        assert {400, 401, 404} & statuses, operation


def test_it_is_there_for_anybody(hub):
    url = hub.edges()[0] + "/v1/openapi.json"
    answer = httpx.get(url)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    again = httpx.get(url, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert httpx.post(url).status_code == 405
    found = answer.json()
    assert found["openapi"].startswith("3.1")
    assert found["paths"]["/v1/openapi.json"]["get"]["security"] == []
    lists = hub.partner(ROTTERDAM).get("/v1/codes").json()["lists"]
    question = found["components"]["schemas"]["Referral"]["properties"]["question"]
    assert question["enum"] == [each["code"] for each in lists["question"]]
