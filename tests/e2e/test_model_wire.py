"""test_model_wire - the judge's own reader: schemas, bytes that are none of ours, and its hash."""

import io
import struct

import fastavro
import pytest
from model.wire import Registry, Unreadable, local_schemas, siphash


def test_every_schema_is_read() -> None:
    schemas = local_schemas()
    assert {"Message", "Event", "Client", "Handover", "Rejection", "Fact"} <= set(schemas)


@pytest.mark.parametrize(
    "value,code",
    [
        (b"", "UNREADABLE"),
        (b"\x00\x00\x00", "UNREADABLE"),
        (b"\x01\x00\x00\x00\x01rest", "UNREADABLE"),
        (b"\x00\x00\x00\x00\x01", "UNREADABLE"),
        (b"\x00\x00\x00\x00\x01" + b"\xff" * 40, "UNREADABLE"),
    ],
)
def test_what_is_no_record(value: bytes, code: str) -> None:
    registry = Registry("http://127.0.0.1:9")
    registry.schemas[1] = local_schemas()["Message"]
    with pytest.raises(Unreadable) as caught:
        registry.decode(value)
    assert caught.value.code == code


def test_no_schema() -> None:
    with pytest.raises(Unreadable) as caught:
        Registry("http://127.0.0.1:9").decode(b"\x00\x00\x00\x00\x07x")
    assert caught.value.code == "NO_SCHEMA"


def test_a_record_comes_back_with_its_body_named() -> None:
    registry = Registry("http://127.0.0.1:9")
    registry.schemas[1] = schema = local_schemas()["Fact"]
    fact = {
        "kind": "HEARTBEAT",
        "id": "3",
        "at": 7,
        "from": None,
        "to": 9,
        "number": 1,
        "text": "x",
    }
    data = io.BytesIO()
    fastavro.schemaless_writer(data, schema, fact)
    assert registry.decode(struct.pack(">BI", 0, 1) + data.getvalue()) == fact
    with pytest.raises(Unreadable):
        registry.decode(struct.pack(">BI", 0, 1) + data.getvalue() + b"x")


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 63, 64, 1000])
def test_siphash_is_libsodiums(size: int) -> None:
    from nacl.encoding import RawEncoder
    from nacl.hash import siphash24

    data = bytes(index & 255 for index in range(size))
    assert siphash(data) == siphash24(data, key=bytes(16), encoder=RawEncoder)
