"""Records read by their shape: the same as the library reads, and no opinion on whatever isn't of that shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from avro_support import by_the_library
from contract_support import a_few, records
from hypothesis import given
from hypothesis import strategies as st

from bench.replaying.load import RECORDS_PER_EVENT
from bench.replaying.load import records as as_a_relay_writes_them
from schemas import avro_shapes, codec
from schemas.avro_shapes import LARGEST, MOST_OF_A_LENGTH, SIGHTINGS, Shapes
from schemas.codec import decode, encode
from schemas.kept import Kept, as_dict
from schemas.origin import Origin
from schemas.records import AuditRecord, Evidence, Leg

if TYPE_CHECKING:
    import pytest

C = TypeVar("C", bound=Kept)
HASH = "0123456789abcdef" * 4
HEADER = 10


def shapes() -> Shapes:
    """As the codec has them, but with nothing learned."""
    _, read = codec._reader(AuditRecord, trusting=True)
    theirs: Shapes = read.__self__  # type: ignore[union-attr]
    return Shapes(*theirs._of, theirs._otherwise)


def taught(*these: AuditRecord) -> Shapes:
    """It has seen each of them so often that it knows its shape."""
    made = shapes()
    for record in these:
        for _ in range(SIGHTINGS):
            made.missed(encode(record), record)
    return made


def as_read(record: AuditRecord, data: bytes | bytearray) -> tuple[dict[str, Any], int]:
    """As the library tells it, if it has read all of it."""
    return as_dict(record), len(data)


def other_values(record: AuditRecord) -> AuditRecord:
    """Another record of this one's shape: its own texts backwards, its moment another unless it takes 9 bytes."""
    legs = record.legs and tuple(_backwards(leg, "delivery_id") for leg in record.legs)
    other = _backwards(record, "record_id", "pid", "controller", "event_id", "delivery_id", "software")
    return other.changed(legs=legs, at=record.at ^ (abs(record.at) < 2**54))


def _backwards(record: C, *fields: str) -> C:
    changed = {name: said[::-1] for name in fields if (said := getattr(record, name))}
    return record.changed(**changed)


def outcome(number: int = 0, **values: Any) -> AuditRecord:
    return AuditRecord(
        record_id=f"{number:064x}", kind="outcome", at=1_790_000_000_000_000 + number, pid=f"p1.{number:052}",
        event_id=HASH, delivery_id=f"{number:064x}", cycle=0, lane="crm", outcome="executed",
        evidence=Evidence(status=200, response_sha256=HASH), software="0.1.0",
        origin=Origin(topic="t", partition=1, offset=70 + number), **values,
    )  # fmt: skip


@a_few
@given(record=records(AuditRecord))
def test_any_record_and_others_of_its_shape_are_read_as_they_were_written(record: AuditRecord) -> None:
    known = taught(record)
    for one in (record, other_values(record)):
        read = known.by_shape(encode(one))
        assert read == one
        assert as_read(read, encode(one)) == by_the_library(AuditRecord, encode(one))


@a_few
@given(record=records(AuditRecord), data=st.data())
def test_what_it_reads_of_damaged_bytes_the_library_reads_alike(record: AuditRecord, data: st.DataObject) -> None:
    known, encoded = taught(record), encode(record)
    for _ in range(20):
        damaged = bytearray(encoded)
        for _ in range(data.draw(st.integers(1, 3))):
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
        read = known.by_shape(bytes(damaged))
        assert read is None or as_read(read, damaged) == by_the_library(AuditRecord, bytes(damaged))


def test_each_changed_byte_is_a_value_or_another_shape() -> None:
    """No byte is passed over: each says something else in the record, or that it isn't of this shape."""
    record = outcome()
    known, encoded = taught(record), encode(record)
    for place in range(len(encoded)):
        for flipped in (0x01, 0x80):
            damaged = bytearray(encoded)
            damaged[place] ^= flipped
            if (read := known.by_shape(bytes(damaged))) is not None:
                assert read != record
                assert as_read(read, damaged) == by_the_library(AuditRecord, bytes(damaged))


def test_what_a_relay_writes_is_nearly_always_of_a_few_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avro_shapes, "SIGHTINGS", 5)
    known, missed = shapes(), 0
    every = [out.value or b"" for out in as_a_relay_writes_them(300 * RECORDS_PER_EVENT)]
    for data in every:
        record, read = decode(AuditRecord, data), known.by_shape(data)
        assert read is None or read == record
        if read is None:
            missed += 1
            known.missed(data, record)
    assert missed < len(every) / 5


def test_a_shape_is_learned_when_its_length_was_seen_often_enough() -> None:
    known = shapes()
    for number in range(SIGHTINGS - 1):
        known.missed(encode(outcome(number)), outcome(number))
    assert known.by_shape(encode(outcome())) is None
    known.missed(encode(outcome()), outcome())
    assert known.by_shape(encode(outcome(7))) == outcome(7)


def test_several_shapes_of_one_length_are_told_apart() -> None:
    one, other = outcome(), outcome().changed(lane="crmx", outcome="execute")
    assert len(encode(one)) == len(encode(other))
    known = taught(one, other)
    assert (known.by_shape(encode(one)), known.by_shape(encode(other))) == (one, other)


def test_what_isnt_written_the_shortest_way_is_a_shape_of_its_own() -> None:
    leg = Leg(kind="none", recipient="r", purposes=("a", "b"))
    record = outcome().changed(legs=(leg, leg))
    encoded = encode(record)
    in_two_blocks = encoded.replace(b"\x04\x02a\x02b\x00", b"\x02\x02a\x02\x02b\x00")
    longer_length = encoded[:10] + b"\x80\x81\x00" + encoded[12:]  # of the 64 bytes of its id
    for odd in (in_two_blocks, longer_length):
        assert len(odd) > len(encoded)
        assert decode(AuditRecord, odd) == record
        known = shapes()
        for _ in range(SIGHTINGS):
            known.missed(odd, record)
        assert known.by_shape(odd) == record
        assert known.by_shape(encoded) is None


def test_large_records_are_not_learned() -> None:
    large = outcome(reason="x" * LARGEST)
    assert taught(large).by_shape(encode(large)) is None


def test_of_one_length_no_more_shapes_are_learned_than_are_worth_trying(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avro_shapes, "SIGHTINGS", 1)
    known, several = shapes(), [outcome().changed(lane=f"lane-{number:02}") for number in range(50)]
    for record in several:
        known.missed(encode(record), record)
    assert [record for record in several if known.by_shape(encode(record))] == several[:MOST_OF_A_LENGTH]
    assert not known._unknown


def test_the_first_are_read_otherwise_and_those_that_come_often_by_their_shape() -> None:
    known = shapes()
    for number in range(SIGHTINGS):
        data = encode(outcome(number))
        assert known.by_shape(data) is None
        assert known.read(data + b"\0", HEADER) == (outcome(number), len(data)), (
            "whoever asked sees that it is too long"
        )
        assert known.read(data, HEADER) == (outcome(number), len(data))
    assert known.by_shape(encode(outcome())) == outcome()
    assert known.read(encode(outcome(7)), HEADER) == (outcome(7), len(encode(outcome(7))))


def test_with_more_shapes_than_it_keeps_it_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avro_shapes, "SIGHTINGS", 1)
    several = [outcome(reason="x" * (1 + number)) for number in range(10)]
    monkeypatch.setattr(avro_shapes, "MOST_BYTES", 3 * len(encode(several[-1])))
    known = shapes()
    for record in several:
        known.missed(encode(record), record)
        assert known.by_shape(encode(record)) == record
    assert [record for record in several if known.by_shape(encode(record))] == several[-1:]


def test_lengths_that_come_once_are_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avro_shapes, "MOST_LENGTHS", 4)
    known = shapes()
    for number in range(100):
        record = outcome(reason="x" * (1 + number))
        known.missed(encode(record), record)
        assert len(known._unknown) <= 4
