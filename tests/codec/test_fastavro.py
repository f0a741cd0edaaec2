"""The generated codec and fastavro agree byte for byte, and on what the values mean."""

import base64
import io
import json

import fastavro
import pytest
from values import SCHEMAS, Maker, Walker, run


def read(name, data):
    source = io.BytesIO(data)
    value = fastavro.schemaless_reader(source, SCHEMAS[name][1], return_record_name=True)
    assert source.read() == b"", "fastavro left bytes over"
    return value


def write(name, value):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, SCHEMAS[name][1], value)
    return out.getvalue()


class ToJson(Walker):
    """What fastavro read, in the JSON forms that schemas/schema.h promises."""

    def form(self, value, schema):
        schema = self.resolve(schema)
        if isinstance(schema, list):
            return self.union(value, schema)
        kind = schema["type"]
        if kind == "record":
            return self.record(value, schema)
        if kind == "array":
            return [self.form(item, schema["items"]) for item in value]
        if kind == "fixed":
            digits = value.hex()
            if schema["name"] != "Uuid":
                return digits
            cuts = [0, 8, 12, 16, 20, 32]
            return "-".join(digits[a:b] for a, b in zip(cuts, cuts[1:], strict=False))
        if kind == "bytes":
            return base64.b64encode(value).decode()
        return self.time(value, schema)

    def time(self, value, schema):
        logical = schema.get("logicalType")
        if logical == "date":
            return f"{value.year:04}-{value.month:02}-{value.day:02}"
        if logical == "timestamp-millis":
            text = f"{value.year:04}-{value:%m-%dT%H:%M:%S}"
            ms = value.microsecond // 1000
            return f"{text}.{ms:03}Z" if ms else f"{text}Z"
        return value

    def union(self, value, schema):
        if schema[0] == "null":
            inner = value[1] if isinstance(value, tuple) else value
            return None if value is None else self.form(inner, schema[1])
        full, inner = value
        short = full.rsplit(".", 1)[-1]
        return {short: self.form(inner, short)}

    def record(self, value, schema):
        out = {}
        for field in schema["fields"]:
            form = self.form(value[field["name"]], field["type"])
            if form is not None:
                out[field["name"]] = form
        return out


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema(name):
    fingerprint, schema = SCHEMAS[name]
    form = fastavro.schema.to_parsing_canonical_form(schema)
    theirs = fastavro.schema.fingerprint(form, "CRC-64-AVRO")
    # fastavro gives the bytes as they stand in a single-object encoding: the lowest first.
    assert bytes.fromhex(theirs)[::-1].hex() == fingerprint


def test_fastavro_reads_ours():
    lines = run("emit", "11", "150")
    assert len(lines) == 150 * len(SCHEMAS)
    for line in lines:
        name, hexadecimal, text = line.split(" ", 2)
        data = bytes.fromhex(hexadecimal)
        value = read(name, data)
        assert write(name, value) == data
        schema = SCHEMAS[name][1]
        assert ToJson(schema).form(value, schema) == json.loads(text)


def test_ours_reads_fastavro():
    makers = {name: Maker(schema, name) for name, (_, schema) in SCHEMAS.items()}
    asked = []
    for name, maker in makers.items():
        for _ in range(150):
            value = maker.make(maker.schema)
            asked.append((name, write(name, value)))
    lines = run("echo", stdin="".join(f"{name} {data.hex()}\n" for name, data in asked))
    assert len(lines) == len(asked)
    for (name, data), line in zip(asked, lines, strict=True):
        ours, hexadecimal, text = line.split(" ", 2)
        schema = SCHEMAS[name][1]
        assert (ours, hexadecimal) == (name, data.hex())
        assert ToJson(schema).form(read(name, data), schema) == json.loads(text)
