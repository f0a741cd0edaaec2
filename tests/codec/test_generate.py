"""The generator refuses schemas that it could not turn into C, with one line that says where."""

import json
import os
import subprocess

import pytest

GENERATE = os.environ["LOKETHUB_GENERATE"]
INT = {"name": "i", "type": "int", "doc": "d"}


def record(*fields, **more):
    return {"type": "record", "name": "R", "doc": "d", "fields": list(fields), **more}


def field(type, **more):
    return {"name": "f", "type": type, "doc": "d", **more}


ENUM = {"type": "enum", "name": "E", "doc": "d", "symbols": ["A", "NEWER"], "default": "NEWER"}
OTHER = {"type": "record", "name": "O", "doc": "d", "fields": [INT]}

ROWS = [
    (record(INT), None),
    (record(field("int", default=3)), None),
    (record(field(ENUM, default="A")), None),
    ("{", "r.avsc: json_tokener_parse_ex failed"),
    (["int"], None),
    (record({"name": "f", "type": "int"}), "R.f has no doc"),
    ({**record(INT), "doc": None}, "R has no doc"),
    (record({"name": "f", "doc": "d"}), 'R: Record field 0 must have a "type"'),
    (record(field("Nothing")), "R: "),
    (record(field("float")), "type float is not supported"),
    (record(field({"type": "map", "values": "int"})), "type map is not supported"),
    (record(field(["null", "int"])), "R.f: what may be null has null as default"),
    (record(field(["int", "string"])), "a union is null and one type, or records"),
    (record(field({"type": "array", "items": "int"})), "R.f: an array has [] as default"),
    (record(field("int", default="x")), "R.f: no default of its type"),
    (record(field(ENUM, default="B")), "R.f: no default of its type"),
    (record(field(OTHER, default={})), "R.f: no default of its type"),
    (record(field(ENUM, default="NEWER")), "R.f: no default of its type"),
    (record(field({**ENUM, "default": "B"})), "E: its default is its last symbol"),
    (record(field({**ENUM, "default": "A"})), "E: its default is its last symbol"),
    (record(field({**ENUM, "default": None})), "E: its default is its last symbol"),
    (record(field("int", by="hub")), 'R.f: "by":"hub" needs a field that may be null'),
    (record(field({"type": "int", "logicalType": "time-millis"})), "logical type time-millis"),
    (record(field(ENUM), {**field(ENUM), "name": "g"}), "E is defined twice"),
]


@pytest.mark.parametrize("schema, message", ROWS)
def test_row(schema, message, tmp_path):
    source = tmp_path / "r.avsc"
    source.write_text(schema if isinstance(schema, str) else json.dumps(schema))
    done = subprocess.run(
        [GENERATE, tmp_path, source], capture_output=True, text=True, timeout=20, check=False
    )
    if message is None:
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "types.h").exists()
    else:
        assert done.returncode == 1
        assert done.stderr.startswith("generate: ") and done.stderr.count("\n") == 1
        assert message in done.stderr
