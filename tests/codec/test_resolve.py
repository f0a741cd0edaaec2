"""Records written with other schemas become ours as fastavro resolves them."""

import copy
import io
import json
import random

import fastavro
import pytest
from values import SCHEMAS, Maker, run

FOREIGN = [
    "null",
    "double",
    ["null", "float", "bytes"],
    {"type": "map", "values": {"type": "array", "items": "long"}},
    {"type": "fixed", "name": "ForeignFixed", "size": 5},
    {"type": "record", "name": "ForeignRecord", "fields": [{"name": "a", "type": "string"}]},
]


class Stranger:
    """Changes a schema into one that another version might have had, still readable by us."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.added = 0

    def change(self, schema):
        if isinstance(schema, list):
            return [self.change(branch) for branch in schema]
        if isinstance(schema, str):
            return self.primitive(schema)
        out = dict(schema)
        out.pop("logicalType", None)
        if out["type"] == "record":
            out["fields"] = self.fields(out["fields"])
        elif out["type"] == "array":
            out["items"] = self.change(out["items"])
        elif out["type"] == "enum":
            out["symbols"] = self.symbols(out["symbols"])
            del out["default"]  # only a reader's counts
        elif "name" not in out:
            out["type"] = self.primitive(out["type"])
        return out

    def primitive(self, name):
        swaps = {"string": "bytes", "bytes": "string", "long": "int"}
        return swaps[name] if name in swaps and self.random.random() < 0.1 else name

    def symbols(self, symbols):
        kept = [each for each in symbols if self.random.random() < 0.9] or symbols[:1]
        self.random.shuffle(kept)
        if self.random.random() < 0.2:
            kept.append("NEVER_HEARD_OF")
        return kept

    def fields(self, fields):
        out = []
        for field in fields:
            gone = "default" in field and self.random.random() < 0.2
            # A definition that later fields name must stay.
            if not gone or defines(field["type"]):
                out.append({"name": field["name"], "type": self.nullability(field)})
        if self.random.random() < 0.3:
            self.added += 1
            out.append({"name": f"foreign{self.added}", "type": self.foreign()})
        if not any(defines(field["type"]) for field in fields):
            self.random.shuffle(out)
        return out

    def foreign(self):
        schema = copy.deepcopy(self.random.choice(FOREIGN))
        if isinstance(schema, dict) and "name" in schema:
            schema["name"] += str(self.added)
        return schema

    def nullability(self, field):
        changed = self.change(field["type"])
        if isinstance(changed, list) and changed[0] == "null" and self.random.random() < 0.2:
            return self.random.choice([changed[1], changed[::-1]])
        return changed


def defines(schema):
    if isinstance(schema, list):
        return any(defines(branch) for branch in schema)
    return isinstance(schema, dict) and ("name" in schema or defines(schema.get("items")))


def resolved(writer, reader, data):
    """What fastavro makes of it; None: it refuses."""
    try:
        value = fastavro.schemaless_reader(
            io.BytesIO(data), writer, reader, return_record_name=True
        )
        out = io.BytesIO()
        fastavro.schemaless_writer(out, reader, value)
        return out.getvalue().hex()
    except fastavro.read.SchemaResolutionError:
        return None


@pytest.mark.parametrize("name", SCHEMAS)
def test_resolve(name):
    reader = SCHEMAS[name][1]
    asked = []
    for seed in range(40):
        writer = Stranger(seed).change(reader)
        maker = Maker(writer, seed, utf8=True)
        for _ in range(5):
            out = io.BytesIO()
            fastavro.schemaless_writer(out, writer, maker.make(writer))
            asked.append((writer, out.getvalue()))
    lines = run(
        "resolve",
        stdin="".join(f"{name} {data.hex()} {json.dumps(writer)}\n" for writer, data in asked),
    )
    assert len(lines) == len(asked)
    taken = 0
    for (writer, data), line in zip(asked, lines, strict=True):
        theirs = resolved(writer, reader, data)
        ours = line.split(" ", 2)
        assert (None if ours[1] == "-" else ours[1]) == theirs, line
        taken += theirs is not None
    assert taken > len(asked) / 10
