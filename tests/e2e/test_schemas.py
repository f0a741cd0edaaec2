"""test_schemas - what the registry makes of an enum that grows: as our own check sees it."""

import json
import time

import httpx
import pytest
from model.wire import local_schemas

HEADERS = {"Content-Type": "application/vnd.schemaregistry.v1+json"}


@pytest.fixture(scope="module")
def registry(services):
    with httpx.Client(base_url=services.registry, headers=HEADERS, timeout=30) as client:
        yield client


def enum(*symbols, **more):
    kind = {"type": "enum", "name": "Kind", "symbols": symbols, **more}
    return {"type": "record", "name": "R", "fields": [{"name": "kind", "type": kind}]}


def register(registry, subject, schema):
    body = {"schema": json.dumps(schema)}
    return registry.post(f"/subjects/{subject}/versions", json=body).status_code


@pytest.fixture
def subject(registry):
    name = f"growing-{time.time_ns()}"
    level = {"compatibility": "FULL_TRANSITIVE"}
    assert registry.put(f"/config/{name}", json=level).status_code == 200
    return name


def test_an_enum_with_a_default_grows(registry, subject):
    newer = {"default": "NEWER"}
    assert register(registry, subject, enum("A", "NEWER", **newer)) == 200
    assert register(registry, subject, enum("A", "B", "NEWER", **newer)) == 200
    assert register(registry, subject, enum("A", "B", "C", "NEWER", **newer)) == 200


def test_one_without_does_not(registry, subject):
    assert register(registry, subject, enum("A")) == 200
    assert register(registry, subject, enum("A", "B")) == 409


def test_ours_have_one():
    kinds = [each for each in map(str, local_schemas().values()) if "'enum'" in each]
    assert kinds
    for text in kinds:
        assert text.count("'type': 'enum'") == text.count("'default': 'NEWER'")
