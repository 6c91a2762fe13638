"""Bytes to records: whatever comes in, nothing but the two errors for bad records comes out."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from contract_support import a_few, records
from delivering_support import delivery
from hypothesis import given
from hypothesis import strategies as st
from plan_support import event

from schemas.codec import CONTRACTS, MAGIC, crc, current, decode, decode_raw, encode, plain
from schemas.errors import DataError, InvalidRecord, UndecodableRecord
from schemas.events import ConsentEvent
from schemas.records import Bookmark, Delivery
from schemas.release import AVRO

EVENT = event(1, "grant", 0, ["surveys"], identities=[{"type": "email", "value": "ana@example.com"}])
HEADER = current(ConsentEvent)[0]
BYTES = encode(EVENT)

# From share/test/data/schema-tests.txt of the Avro project: canonical form → signed 64-bit fingerprint.
KNOWN_FINGERPRINTS = {
    "null": 7195948357588979594,
    "boolean": -6970731678124411036,
    "int": 8247732601305521295,
    "long": -3434872931120570953,
    "float": 5583340709985441680,
    "double": -8181574048448539266,
    "bytes": 5746618253357095269,
    "string": -8142146995180207161,
}


def _crc_64_avro(data: bytes) -> int:
    """The specification's own algorithm, written down once more."""
    empty = 0xC15D213AA4D7A795
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (empty & -(value & 1))
        table.append(value)
    found = empty
    for byte in data:
        found = (found >> 8) ^ table[(found ^ byte) & 0xFF]
    return found


def _zigzag(number: int) -> bytes:
    coded, out = (number << 1) ^ (number >> 63), bytearray()
    while coded > 0x7F:
        out.append(coded & 0x7F | 0x80)
        coded >>= 7
    return bytes([*out, coded])


@pytest.mark.parametrize(("schema", "known"), KNOWN_FINGERPRINTS.items())
def test_fingerprints_are_those_of_the_specification(schema: str, known: int) -> None:
    assert crc(schema) == known.to_bytes(8, "little", signed=True)
    assert _crc_64_avro(f'"{schema}"'.encode()).to_bytes(8, "little") == crc(schema)


@pytest.mark.parametrize("name", CONTRACTS.values())
def test_our_own_fingerprints_follow_the_specification_too(name: str) -> None:
    from fastavro.schema import to_parsing_canonical_form  # noqa: PLC0415

    schema = json.loads((AVRO / f"{name}.avsc").read_text("utf-8"))
    canonical = to_parsing_canonical_form(schema)
    assert '"doc"' not in canonical
    assert crc(schema) == _crc_64_avro(canonical.encode()).to_bytes(8, "little")


def test_a_record_on_the_wire_is_marker_fingerprint_and_body() -> None:
    encoded = encode(Bookmark(offset=3, settled=(5,), at=1))
    assert encoded[:2] == b"\xc3\x01" == MAGIC
    assert encoded[10:] == b"\x06" + b"\x02\x0a\x00" + b"\x02", "zig-zag longs; one block of one item, then the end"


def test_moments_stay_integers_however_absurd() -> None:
    far = EVENT.model_copy(update={"occurred_at": 2**63 - 1, "received_at": -(2**63)})
    assert decode(ConsentEvent, encode(far)) == far
    assert plain({"type": "long", "logicalType": "timestamp-micros"}) == {"type": "long"}


@given(st.binary(max_size=400))
@a_few
def test_random_bytes_raise_only_what_they_may(data: bytes) -> None:
    for given_bytes in (data, MAGIC + data):
        with pytest.raises(UndecodableRecord):
            decode(ConsentEvent, given_bytes)


@given(st.sampled_from(list(CONTRACTS)), st.binary(max_size=400))
@a_few
def test_random_bodies_raise_only_what_they_may(contract: Any, body: bytes) -> None:
    try:
        decode(contract, current(contract)[0] + body)
    except DataError as error:
        assert isinstance(error, (UndecodableRecord, InvalidRecord))  # noqa: PT017


@given(records(Delivery), st.data())
@a_few
def test_a_damaged_record_is_read_or_refused_as_the_contract_says(record: Delivery, data: st.DataObject) -> None:
    damaged = bytearray(encode(record))
    for _ in range(data.draw(st.integers(0, 3))):
        damaged[data.draw(st.integers(10, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    assert _read(decode, damaged) == _read(lambda kind, given: kind.parse(decode_raw(kind, given)), damaged)


def _read(decoding: Any, given: bytearray) -> Any:
    try:
        return decoding(Delivery, bytes(given))
    except (UndecodableRecord, InvalidRecord) as error:
        return str(error)


def test_a_delivery_with_an_action_that_there_is_not_is_refused_by_name() -> None:
    foreign = encode(delivery(1)).replace(b"\x10withdraw", b"\x10withdraq")
    with pytest.raises(InvalidRecord, match=r"^action"):
        decode(Delivery, foreign)


def test_a_truncated_record_is_undecodable_wherever_it_was_cut() -> None:
    for length in range(len(BYTES)):
        with pytest.raises(UndecodableRecord):
            decode(ConsentEvent, BYTES[:length])


def test_trailing_bytes_are_refused_and_counted() -> None:
    with pytest.raises(UndecodableRecord, match="3 bytes too many"):
        decode(ConsentEvent, BYTES + b"abc")


def test_an_unknown_fingerprint_is_named() -> None:
    with pytest.raises(UndecodableRecord, match="fingerprint 0102030405060708 is no released ConsentEvent"):
        decode(ConsentEvent, MAGIC + bytes(range(1, 9)) + b"body")


def test_a_record_of_another_contract_is_refused() -> None:
    with pytest.raises(UndecodableRecord, match="is no released ConsentEvent"):
        decode(ConsentEvent, encode(Bookmark(offset=1, at=1)))


@pytest.mark.parametrize("number", [2**31, 2**62, 2**63 - 1, -2, -5, -(2**62), -(2**63)])
def test_absurd_lengths_and_counts_end_at_once(number: int) -> None:
    identities_at = BYTES.index(b"\x02\x0aemail")
    absurd_length = HEADER + _zigzag(number) + b"abc" * 100
    absurd_count = BYTES[:identities_at] + _zigzag(number) + _zigzag(3) + BYTES[identities_at + 1 :]
    began = time.thread_time()
    for data in (absurd_length, absurd_count):
        with pytest.raises(UndecodableRecord):
            decode(ConsentEvent, data)
    assert time.thread_time() - began < 0.1


def test_a_varint_without_end_is_undecodable() -> None:
    with pytest.raises(UndecodableRecord):
        decode(ConsentEvent, HEADER + b"\xff" * 1000)


@pytest.mark.parametrize(("before", "count"), [("purposes", 200_000), ("identities", 60_000)])
def test_a_record_full_of_bad_items_is_refused_at_the_first(before: str, count: int) -> None:
    """A million empty purposes fit into a record: seconds and a gigabyte, if each had an error of its own."""
    item = b"\x00" if before == "purposes" else b"\x00" * 3
    many = _zigzag(count) + item * count + b"\x00"
    small = event(1, "grant", 0, ["surveys"])
    one = b"\x02\x0esurveys\x00"
    encoded = encode(small)
    place = encoded.index(one)
    if before == "purposes":
        data = encoded[:place] + many + encoded[place + len(one) :]
    else:
        at = encoded.index(b"\x0cc-1001") + len(b"\x0cc-1001")
        data = encoded[:at] + many + encoded[at + 1 :]
    began = time.thread_time()
    with pytest.raises(InvalidRecord, match=rf"{before}\.0"):
        decode(ConsentEvent, data)
    assert time.thread_time() - began < 0.5


def test_errors_say_nothing_of_what_was_read() -> None:
    broken = BYTES.replace(b"ana@example.com", b"ana@example.\xff\xff\xff")
    with pytest.raises(UndecodableRecord) as caught:
        decode(ConsentEvent, broken)
    assert "ana" not in str(caught.value)
    assert caught.value.__suppress_context__
