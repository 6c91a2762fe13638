"""Records that nobody can carry out, each made from one that is right."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING

from checker.avro import SCHEMAS
from checker.avro import decode as read
from fastavro import parse_schema, schemaless_writer

from schemas.codec import MAGIC, decode, encode
from schemas.events import ConsentEvent
from streams.topics import RECORD_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.workload import Record

HEADER = 10
ROOM = 200
"""Bytes that Kafka itself needs of the topic's limit, for the batch and the record's key."""
DEPTH = 100_000


def _other_fingerprint(value: bytes, rng: Random) -> bytes:
    return MAGIC + rng.randbytes(HEADER - len(MAGIC)) + value[HEADER:]


def _unknown_kind(value: bytes, _: Random) -> bytes:
    return encode(decode(ConsentEvent, value).model_copy(update={"kind": "consent.wished"}))


def _other_types(value: bytes, _: Random) -> bytes:
    """By a schema with the same fields in another order, under the fingerprint of the right one."""
    schema = json.loads((SCHEMAS / "consent_event.avsc").read_text("utf-8"))
    schema["fields"].reverse()
    body = BytesIO()
    schemaless_writer(body, parse_schema(schema), read("consent_event", value) or {})
    return value[:HEADER] + body.getvalue()


def _not_utf8(value: bytes, _: Random) -> bytes:
    subject = decode(ConsentEvent, value).subject_id.encode()
    return value.replace(subject, b"\xff" * len(subject))


KINDS: tuple[Callable[[bytes, Random], bytes | None], ...] = (
    lambda _, rng: rng.randbytes(300),
    lambda value, rng: value[:HEADER] + rng.randbytes(300),
    _other_fingerprint,
    lambda *_: None,
    lambda *_: b"",
    _unknown_kind,
    _other_types,
    lambda *_: b"[" * DEPTH + b"]" * DEPTH,
    _not_utf8,
    lambda value, _: value.ljust(RECORD_LIMIT - ROOM, b"\0"),
)
MOST_WITH_LARGE = 200
"""Of so many one in ten is as large as its topic allows; later ones aren't, for the disk's sake."""


def poisoned(record: Record, kind: int, seed: int) -> Record:
    """In the place of this record, one of a kind; the same for the same arguments."""
    kinds = KINDS if kind < MOST_WITH_LARGE else KINDS[:-1]
    value = kinds[kind % len(kinds)](record.value or b"", Random(f"poison {seed} {kind}"))
    return replace(record, value=value, event=None)


def every_tenth(records: Sequence[Record], seed: int) -> list[Record]:
    return [poisoned(record, n // 10, seed) if n % 10 == 9 else record for n, record in enumerate(records)]
