"""Our reader of Avro against the library's: the same values, and no opinion on what is odd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from avro_support import by_the_library
from contract_support import a_few, records
from delivering_support import delivery
from hypothesis import given
from hypothesis import strategies as st

from schemas import codec
from schemas.avro_reader import compiled
from schemas.backfill import Backfill
from schemas.codec import CONTRACTS, decode, decode_own, encode
from schemas.errors import UndecodableRecord
from schemas.records import AuditRecord, Command, Delivery, LaneEntry
from schemas.state import Choice, Seen, SubjectState

if TYPE_CHECKING:
    from schemas.contract import Record

READ_HERE = [contract for contract in CONTRACTS if contract not in (Command, Backfill)]
"""A command has a map in it."""


def reader(contract: type[Record]) -> Any:
    return compiled(codec._newest(contract))


@a_few
@given(data=st.data())
@pytest.mark.parametrize("contract", READ_HERE, ids=lambda contract: contract.__name__)
def test_every_contract_is_read_as_the_library_reads_it(contract: type[Record], data: st.DataObject) -> None:
    encoded = encode(data.draw(records(contract)))
    assert reader(contract)(encoded, 10) == by_the_library(contract, encoded)


@a_few
@given(record=records(LaneEntry), data=st.data())
def test_what_it_reads_of_damaged_bytes_the_library_reads_alike(record: LaneEntry, data: st.DataObject) -> None:
    damaged = bytearray(encode(record))
    for _ in range(3):
        damaged[data.draw(st.integers(10, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = reader(LaneEntry)(bytes(damaged), 10)
    except (IndexError, ValueError):
        return  # the library is asked then
    if read[1] <= len(damaged):
        assert read == by_the_library(LaneEntry, bytes(damaged))


def test_what_is_kept_of_the_record_before_is_taken_for_no_other() -> None:
    scopes = [("a",), ("a", "b"), (), ("b",), ("ab",), ("a",)]
    for number, purposes in enumerate([*scopes, *reversed(scopes)]):
        encoded = encode(delivery(number, purposes=purposes))
        for cut in range(10, len(encoded)):
            with pytest.raises(UndecodableRecord):
                decode_own(Delivery, encoded[:cut])
        assert decode_own(Delivery, encoded).purposes == purposes


@a_few
@given(drawn=st.lists(records(AuditRecord), min_size=2, max_size=4), seed=st.randoms())
def test_legs_and_facts_that_come_again_are_read_each_as_its_own(drawn: list[AuditRecord], seed: Any) -> None:
    """Also where they begin alike: every leg is at every place, and between others."""
    legs = [leg for record in drawn for leg in record.legs or ()]
    legs += [leg.changed(lane=f"{leg.lane}-") for leg in legs]
    for record in drawn * 3:
        seed.shuffle(legs)
        mixed = record.changed(legs=tuple(legs), event=seed.choice(drawn).event)
        encoded = encode(mixed)
        assert decode_own(AuditRecord, encoded) == mixed
        for cut in range(10, len(encoded), 97):
            with pytest.raises(UndecodableRecord):
                decode_own(AuditRecord, encoded[:cut])


def test_blocks_that_say_their_size_and_several_blocks_are_read_all_the_same() -> None:
    state = SubjectState(pid="p1.a", controller="c", recent=(Seen(event_id="1", content_hash="2"),) * 3)
    one = b"\x021\x022"
    encoded = encode(state)
    whole = b"\x06" + one * 3 + b"\x00"
    assert encoded.count(whole) == 1
    in_two = b"\x04" + one * 2 + b"\x02" + one + b"\x00"
    sized = b"\x05\x18" + one * 3 + b"\x00"  # -3 items, 12 bytes
    for blocks in (in_two, sized):
        changed = encoded.replace(whole, blocks)
        assert decode(SubjectState, changed) == decode_own(SubjectState, changed) == state


@a_few
@given(records(SubjectState))
def test_what_is_ours_is_the_same_record_without_the_checks(state: SubjectState) -> None:
    read = decode_own(SubjectState, encode(state))
    assert read == state
    assert all(type(choice) is Choice for choice in read.choices)


def test_what_is_ours_is_refused_like_anything_else_when_it_is_damaged() -> None:
    encoded = encode(SubjectState(pid="p1.a", controller="c"))
    for length in range(len(encoded)):
        with pytest.raises(UndecodableRecord):
            decode_own(SubjectState, encoded[:length])


@pytest.mark.parametrize(
    "kind",
    [
        "double",
        {"type": "map", "values": "string"},
        ["string", "null"],
        ["null", "int", "string"],
        {"type": "enum", "symbols": ["a"]},
    ],
)
def test_a_type_that_is_not_read_is_refused_at_once(kind: Any) -> None:
    with pytest.raises(TypeError, match="read here"):
        compiled({"type": "record", "name": "R", "fields": [{"name": "n", "type": kind}]})


def test_a_number_of_more_than_64_bits_is_left_to_the_library() -> None:
    read = compiled({"type": "record", "name": "R", "fields": [{"name": "n", "type": "long"}]})
    assert read(b"\xff" * 9 + b"\x01", 0) == ({"n": -(2**63)}, 10)
    with pytest.raises(ValueError, match="64 bits"):
        read(b"\xff" * 9 + b"\x02", 0)
