"""The schemas of the build under test, and random values of any schema."""

import datetime
import json
import os
import random
import subprocess

TOOL = os.environ["LOKETHUB_CODEC_TOOL"]
UTC = datetime.timezone.utc
EPOCH_DAY = datetime.date(1970, 1, 1)


def run(*args, stdin=""):
    return subprocess.run(
        [TOOL, *args], input=stdin, capture_output=True, check=True, text=True, timeout=120
    ).stdout.splitlines()


def read_schemas():
    """Name to fingerprint and schema."""
    rows = (line.split(" ", 2) for line in run("schemas"))
    return {name: (fingerprint, json.loads(text)) for name, fingerprint, text in rows}


SCHEMAS = read_schemas()


class Walker:
    """Knows the named types of one schema by short name."""

    def __init__(self, schema):
        self.named = {}
        self.schema = schema
        self.collect(schema)

    def collect(self, schema):
        if isinstance(schema, list):
            for branch in schema:
                self.collect(branch)
        elif isinstance(schema, dict):
            if "name" in schema:
                self.named[schema["name"]] = schema
            for field in schema.get("fields", []):
                self.collect(field["type"])
            if "items" in schema:
                self.collect(schema["items"])

    def resolve(self, schema):
        if isinstance(schema, str):
            schema = self.named.get(schema, {"type": schema})
        return schema


class Maker(Walker):
    """Random values of a schema, as fastavro takes them."""

    def __init__(self, schema, seed, utf8=False):
        super().__init__(schema)
        self.random = random.Random(seed)
        self.utf8 = utf8  # bytes too: they may be read as a string

    def integer(self, bits):
        magnitude = self.random.getrandbits(self.random.randint(1, bits - 1))
        return self.random.choice([magnitude, -magnitude])

    def make(self, schema):
        schema = self.resolve(schema)
        if isinstance(schema, list):
            return self.union(schema)
        kind = schema["type"]
        if kind == "record":
            return {each["name"]: self.make(each["type"]) for each in schema["fields"]}
        if kind == "array":
            return [self.make(schema["items"]) for _ in range(self.random.choice([0, 1, 2, 7]))]
        if kind == "map":
            return {f"k{i}": self.make(schema["values"]) for i in range(self.random.choice([0, 2]))}
        if kind in ("float", "double"):
            return float(self.random.randint(-1000, 1000))
        if kind == "enum":
            known = [each for each in schema["symbols"] if each != schema.get("default")]
            return self.random.choice(known or schema["symbols"])
        if kind == "fixed":
            return self.random.randbytes(schema["size"])
        if kind == "bytes" and not self.utf8:
            return self.random.randbytes(self.random.choice([0, 1, 63, 64, 300]))
        if kind in ("bytes", "string"):
            size = self.random.choice([0, 1, 20, 63, 64, 130])
            text = "".join(self.random.choice('aZ0 "\\/é€𝄞\u0001') for _ in range(size))
            return text if kind == "string" else text.encode()
        if kind == "null":
            return None
        return self.random.random() < 0.5 if kind == "boolean" else self.number(schema)

    def number(self, schema):
        logical = schema.get("logicalType")
        if logical == "date":
            return EPOCH_DAY + datetime.timedelta(days=self.random.randint(-719162, 2932896))
        if logical == "timestamp-millis":
            ms = self.random.randint(-62135596800000, 253402300799999)
            return datetime.datetime(1970, 1, 1, tzinfo=UTC) + datetime.timedelta(milliseconds=ms)
        return self.integer(32 if schema["type"] == "int" else 64)

    def union(self, schema):
        branch = self.random.choice(schema)
        value = self.make(branch)
        named = self.resolve(branch)
        if named["type"] == "record":
            return (named.get("namespace", "nl.lokethub") + "." + named["name"], value)
        return value
