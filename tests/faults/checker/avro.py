"""Avro single-object records read with the published schemas alone: `C3 01`, fingerprint, body."""

from __future__ import annotations

import json
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from fastavro import parse_schema, schemaless_reader
from fastavro.schema import fingerprint, to_parsing_canonical_form

SCHEMAS = Path(__file__).parents[3] / "schemas" / "avro"
_HEADER = 10


@cache
def written_by(name: str) -> dict[bytes, Any]:
    """Header → schema, of all that a record of this name may have been written with."""
    found = {}
    for path in [SCHEMAS / f"{name}.avsc", *SCHEMAS.glob(f"released/{name}.v*.avsc")]:
        schema = json.loads(path.read_text("utf-8"))
        mark = bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))
        found[b"\xc3\x01" + mark] = parse_schema(_with_numbers(schema))
    return found


def decode(name: str, value: bytes | None) -> dict[str, Any] | None:
    """None: it is none of these, or a damaged one. Moments are µs."""
    schema = written_by(name).get((value or b"")[:_HEADER])
    if value is None or schema is None:
        return None
    body = BytesIO(value[_HEADER:])
    try:
        record = schemaless_reader(body, schema, None)
    except Exception:  # noqa: BLE001 - the library raises whatever a damaged body makes it trip over
        return None
    return record if isinstance(record, dict) and not body.read(1) else None


def _with_numbers(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _with_numbers(value) for key, value in schema.items() if key != "logicalType"}
    return [_with_numbers(item) for item in schema] if isinstance(schema, list) else schema
