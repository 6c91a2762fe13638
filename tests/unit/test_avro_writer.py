"""Our writer of Avro against the library's, byte for byte."""

from __future__ import annotations

from io import BytesIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from contract_support import a_few, records
from fastavro import parse_schema, schemaless_writer
from hypothesis import given
from hypothesis import strategies as st

from schemas import avro_reader
from schemas.avro_writer import compiled, number
from schemas.codec import CONTRACTS, current, encode
from schemas.kept import as_dict

if TYPE_CHECKING:
    from schemas.contract import Record


def by_the_library(schema: Any, values: dict[str, Any]) -> bytes:
    out = BytesIO()
    schemaless_writer(out, schema, values, disable_tuple_notation=True)
    return out.getvalue()


@a_few
@given(data=st.data())
@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
def test_every_contract_is_written_as_the_library_writes_it(contract: type[Record], data: st.DataObject) -> None:
    record = data.draw(records(contract))
    header, schema = current(contract)
    assert encode(record) == header + by_the_library(schema, as_dict(record))


NUMBER: dict[str, Any] = {"type": "record", "name": "R", "fields": [{"name": "n", "type": "long"}]}


@given(value=st.integers(-(2**63), 2**63 - 1))
def test_numbers_are_written_as_the_library_writes_them(value: int) -> None:
    assert number(value) == by_the_library(parse_schema(NUMBER), {"n": value})


@pytest.mark.parametrize("bits", range(64))
def test_numbers_of_every_length_are_written_and_read_as_the_library_does(bits: int) -> None:
    around = [sign * ((1 << bits) + more) for sign in (1, -1) for more in range(-3, 3)]
    for signed in around:
        if -(1 << 63) <= signed < 1 << 63:
            encoded = by_the_library(parse_schema(NUMBER), {"n": signed})
            assert number(signed) == encoded
            for behind in (b"", b"\x00" * 8, b"\xff" * 8):
                assert avro_reader.compiled(NUMBER)(encoded + behind, 0) == ({"n": signed}, len(encoded))


def test_a_named_type_is_known_where_it_stands_again() -> None:
    part = {"type": "record", "name": "x.Part", "fields": [{"name": "n", "type": "int"}]}
    fields = [{"name": "one", "type": part}, {"name": "two", "type": ["null", "x.Part"]}]
    schema = {"type": "record", "name": "x.Whole", "fields": fields}
    record = SimpleNamespace(one=SimpleNamespace(n=1), two=SimpleNamespace(n=2))
    assert compiled(schema).one(record) == by_the_library(parse_schema(schema), {"one": {"n": 1}, "two": {"n": 2}})


def test_a_type_that_is_not_written_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="double is not written here"):
        compiled({"type": "record", "name": "R", "fields": [{"name": "n", "type": "double"}]})


@pytest.mark.parametrize("union", [["string", "null"], ["null", "string", "int"], ["null"]])
def test_a_union_that_is_no_optional_field_is_refused(union: list[str]) -> None:
    with pytest.raises(TypeError, match="no union but"):
        compiled({"type": "record", "name": "R", "fields": [{"name": "n", "type": union}]})
