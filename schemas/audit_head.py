"""The first fields of an audit record, read alone: who reads all of the audit has no use for most of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from schemas import avro_reader
from schemas.codec import readable
from schemas.errors import UndecodableRecord
from schemas.records import AuditRecord

if TYPE_CHECKING:
    from schemas.avro_reader import Read

_HEADER = 10
_LAST = "event"


class AuditHead(NamedTuple):
    """As in the record; `event_kind`: of `event`, where it has one."""

    kind: str
    pid: str | None
    event_id: str | None
    event_kind: str | None


def head_of(value: bytes) -> AuditHead:
    """Read the head of a record of any released schema.

    Raises:
        UndecodableRecord: it is none.

    """
    read = _readers().get(value[:_HEADER])
    if read is None:
        raise UndecodableRecord("no released AuditRecord")
    try:
        head, end = read(value, _HEADER)
    except (IndexError, ValueError):
        raise UndecodableRecord("begins as no AuditRecord does") from None
    if end > len(value):
        raise UndecodableRecord("ends within its first fields")
    event = head[_LAST]
    return AuditHead(head["kind"], head["pid"], head["event_id"], event and event["kind"])


@cache
def _readers() -> dict[bytes, Read]:
    return {header: avro_reader.compiled(_head(schema)) for header, schema in readable(AuditRecord).items()}


def _head(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema up to the event's kind: what is written by the whole one begins with what this one reads."""
    names = [field["name"] for field in schema["fields"]]
    *before, last = schema["fields"][: names.index(_LAST) + 1]
    null, event = last["type"]
    short = {**event, "fields": [field for field in event["fields"][:1] if field["name"] == "kind"]}
    return {**schema, "fields": [*before, {**last, "type": [null, short]}]}
