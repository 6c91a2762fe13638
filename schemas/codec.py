"""Avro single-object encoding: `C3 01`, the schema's CRC-64-AVRO fingerprint (8 bytes, little-endian), the body.

Source: Apache Avro 1.12 specification, "Single object encoding". Every released schema of a record is read;
the newest is written.
"""

from __future__ import annotations

import json
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar, cast

from fastavro import parse_schema, schemaless_reader
from fastavro.schema import fingerprint, to_parsing_canonical_form

from schemas import avro_reader, avro_writer
from schemas.avro_shapes import Shapes
from schemas.backfill import Backfill
from schemas.contract import Contract, Record
from schemas.errors import UndecodableRecord
from schemas.events import ConsentEvent
from schemas.kept import Kept, fields_of, maker_of
from schemas.once import once
from schemas.pulse import Pulse
from schemas.quota import Quota
from schemas.records import ACTIONS, AuditRecord, Bookmark, Command, DeadLetter, Delivery, EventFacts, LaneEntry
from schemas.request import Request
from schemas.state import SubjectState
from schemas.surge import Surge
from schemas.tree_edge import TreeEdge
from schemas.usual_event import LONGEST, usual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.avro_reader import Make, Read
    from schemas.avro_writer import Writer
    from schemas.drafts import Series

MAGIC = b"\xc3\x01"
CONTRACTS: dict[type[Record], str] = {
    ConsentEvent: "consent_event",
    Delivery: "delivery",
    SubjectState: "subject_state",
    AuditRecord: "audit_record",
    DeadLetter: "dead_letter",
    LaneEntry: "lane_entry",
    Bookmark: "bookmark",
    Command: "command",
    Quota: "quota",
    Pulse: "pulse",
    Surge: "surge",
    Request: "request",
    TreeEdge: "tree_edge",
    Backfill: "backfill",
}
OWN = {
    "Leg": {"delivery_id", "due_at", "review_at", "backup_until", "continues", "reopens"},
    "EventFacts": {*fields_of(EventFacts)} - {
        "kind", "purposes", "channels", "data_domain", "jurisdiction", "lawful_basis", "expressed_by"
    },
    "AuditRecord": {*fields_of(AuditRecord)} - {"cycle", "lane", "action", "outcome", "attempt", "reason", "field"},
    "CommandRef": {"command_id"},
    "Origin": {"partition", "offset"},
}  # fmt: skip
"""Fields with another value in each record; what stands between them are the same few words over and over."""
C = TypeVar("C", bound=Record)


def plain(schema: Any) -> Any:
    """Drop logical types: moments stay integers, so that no value, however absurd, fails inside the decoder."""
    if isinstance(schema, dict):
        return {key: plain(value) for key, value in schema.items() if key != "logicalType"}
    return [plain(item) for item in schema] if isinstance(schema, list) else schema


def crc(schema: Any) -> bytes:
    """Fingerprint of a schema: 8 bytes, as they stand on the wire (the library's hex is little-endian already)."""
    return bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))


def _newest(contract: type[Record]) -> Any:
    return json.loads(resources.files("schemas").joinpath("avro", f"{CONTRACTS[contract]}.avsc").read_text("utf-8"))


@once
def current(contract: type[Record]) -> tuple[bytes, Any]:
    """Header and parsed schema that records of this contract are written with."""
    schema = _newest(contract)
    return MAGIC + crc(schema), parse_schema(plain(schema))


@once
def _writer(contract: type[Record]) -> tuple[bytes, Writer]:
    slotted = frozenset(kind.__name__ for kind in _below(Kept))
    return current(contract)[0], avro_writer.compiled(_newest(contract), slotted)


@once
def _reader(contract: type[Record], *, trusting: bool) -> tuple[bytes, Read | None]:
    """Header and reader of the newest schema; None: only the library reads it. trusting: it makes records."""
    header, schema = current(contract)[0], _newest(contract)
    makers = _makers() if trusting else {}
    try:
        read = avro_reader.compiled(schema, makers, OWN)
    except TypeError:
        return header, None
    # Who reads one audit record reads them by the thousand, and most are alike.
    return header, Shapes(schema, makers, OWN, read).read if trusting and contract is AuditRecord else read


def _makers() -> dict[str, Make]:
    return {kind.__name__: maker_of(kind) for base in (Contract, Kept) for kind in _below(base)}


def _below(kind: type[Record]) -> Iterator[type[Record]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)


@once
def readable(contract: type[Record]) -> dict[bytes, Any]:
    """Header to parsed schema, of every schema that records of this contract may have been written with."""
    found = dict([current(contract)])
    released = resources.files("schemas").joinpath("avro", "released")
    for path in released.iterdir():
        if path.name.startswith(f"{CONTRACTS[contract]}.v") and path.name.endswith(".avsc"):
            schema = json.loads(path.read_text("utf-8"))
            found[MAGIC + crc(schema)] = parse_schema(plain(schema))
    return found


def encode(record: Record) -> bytes:
    """Record to bytes."""
    header, write = _writer(type(record))
    return header + write.one(record)


def encode_each(contract: type[C], series: Series[C]) -> list[bytes]:
    """The records of a series to bytes, without making them."""
    header, write = _writer(contract)
    return [header + body for body in write.each(series)]


def decode_raw(contract: type[Record], data: bytes) -> dict[str, Any]:
    """Bytes to a plain dict, by any released schema of the contract, without the contract's own rules.

    Raises:
        UndecodableRecord: no single-object header, an unknown fingerprint, or a body that isn't that schema.

    """
    decoded: dict[str, Any] | None = _quickly(data, *_reader(contract, trusting=False))
    return _by_the_library(contract, data) if decoded is None else decoded


def _quickly(data: bytes, header: bytes, read: Read | None) -> Any:
    """None: not the newest schema, or something is odd about the body."""
    if read is None or not data.startswith(header):
        return None
    try:
        record, end = read(data, len(header))
    except (IndexError, ValueError):
        return None
    return record if end == len(data) else None


def _by_the_library(contract: type[Record], data: bytes) -> dict[str, Any]:
    if data[:2] != MAGIC:
        raise UndecodableRecord("does not begin with Avro's single-object marker C3 01")
    writer = readable(contract).get(data[:10])
    if writer is None:
        raise UndecodableRecord(f"schema fingerprint {data[2:10].hex()} is no released {contract.__name__}")
    header, newest = current(contract)
    body = BytesIO(data)
    body.seek(10)
    try:
        reader = None if data[:10] == header else newest
        decoded: dict[str, Any] = schemaless_reader(body, writer, reader)  # type: ignore[assignment]
    except Exception as error:  # noqa: BLE001 - the library raises whatever a damaged body makes it trip over
        raise UndecodableRecord(f"body can't be read as {contract.__name__} ({type(error).__name__})") from None
    if body.tell() != len(data):
        raise UndecodableRecord(f"{len(data) - body.tell()} bytes too many after the record")
    return decoded


def decode(contract: type[C], data: bytes) -> C:
    """Bytes to a checked record.

    Raises:
        UndecodableRecord, InvalidRecord

    """
    if contract is Delivery:
        delivery: Delivery | None = _quickly(data, *_reader(Delivery, trusting=True))
        if delivery is not None and delivery.action in ACTIONS:  # all that its Avro types don't say
            return cast("C", delivery)
    values = _quickly(data, *_reader(contract, trusting=False))
    if values is None:
        return contract.parse(_by_the_library(contract, data))
    if contract is ConsentEvent and len(data) <= LONGEST and (event := usual(values)) is not None:
        return cast("C", event)
    return contract.parse(values)


def decode_own(contract: type[C], data: bytes) -> C:
    """Bytes to a record, without checks if it is of the newest schema: for what only the relay itself writes.

    Raises:
        UndecodableRecord, InvalidRecord

    """
    record: C | None = _quickly(data, *_reader(contract, trusting=True))
    return decode(contract, data) if record is None else record
