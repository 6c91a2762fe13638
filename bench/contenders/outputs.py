"""What has to be written for an event: the same bytes for every contender. Imports nothing but fastavro.

Each template is a record that our router wrote; only what depends on the event is put into it.
"""

from __future__ import annotations

import json
import os
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from fastavro import parse_schema, schemaless_reader, schemaless_writer

EVENTS = "consent.events"
AUDIT = "consent.audit"
STATE = "consent.state"
DELIVERIES = "consent.deliveries."
LANES = ("google-analytics", "zoho-campaigns", "zoho-crm")
FORWARDED = "consent-relay-forwarded"
FORWARDED_FROM = "consent-relay-from"
NO_PROOF = b"0" * 64
"""As long as the relay's."""
HEADER_BYTES = 10
AVRO = Path(__file__).parents[2] / "schemas" / "avro"
_FACTS = (
    "kind", "purposes", "channels", "data_domain", "jurisdiction", "lawful_basis", "expressed_by",
    "verified_by", "method", "evidence", "occurred_at", "published_by", "supersedes",
)  # fmt: skip


class Out(NamedTuple):
    """One record to write."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


def plain(schema: Any) -> Any:
    """Without logical types: moments stay integers."""
    if isinstance(schema, dict):
        return {key: plain(value) for key, value in schema.items() if key != "logicalType"}
    return [plain(item) for item in schema] if isinstance(schema, list) else schema


class Template:
    """A record that was written once, and the schema to write more of it. `header`: single-object encoding's own."""

    def __init__(self, schema: str, encoded: bytes) -> None:
        self.schema = parse_schema(plain(json.loads((AVRO / f"{schema}.avsc").read_text("utf-8"))))
        self.header = encoded[:HEADER_BYTES]
        body = BytesIO(encoded[HEADER_BYTES:])
        self.record: dict[str, Any] = schemaless_reader(body, self.schema, None)  # type: ignore[assignment]

    def encode(self, **changes: Any) -> bytes:
        out = BytesIO()
        out.write(self.header)
        schemaless_writer(out, self.schema, {**self.record, **changes})
        return out.getvalue()


class Outputs:
    """Reads the templates of a hand-over directory (default: BENCH_DIR), and makes outputs from them."""

    def __init__(self, directory: Path | None = None) -> None:
        templates = (directory or Path(os.environ["BENCH_DIR"])) / "templates"

        def template(schema: str, name: str) -> Template:
            return Template(schema, (templates / f"{name}.avro").read_bytes())

        event = json.loads((AVRO / "consent_event.avsc").read_text("utf-8"))
        self._event = parse_schema(plain(event))
        self._deliveries = [(DELIVERIES + lane, template("delivery", f"delivery-{lane}")) for lane in LANES]
        self._audit = template("audit_record", "audit")
        self._state = template("subject_state", "state")
        self._forwarded = template("audit_record", "forwarded")
        self._key = self._state.record["pid"].encode()

    def decode(self, value: bytes) -> dict[str, Any]:
        """An event as a dict; moments in µs."""
        body = BytesIO(value)
        body.seek(HEADER_BYTES)
        event: dict[str, Any] = schemaless_reader(body, self._event, None)  # type: ignore[assignment]
        return event

    def of(self, event: dict[str, Any], partition: int, offset: int, at: int) -> list[Out]:
        """Three deliveries, the audit record and the state. `at`: the record's time in µs."""
        key, event_id, occurred_at = self._key, event["event_id"], event["occurred_at"]
        origin = {"topic": EVENTS, "partition": partition, "offset": offset}
        common = {"event_id": event_id, "received_at": at, "occurred_at": occurred_at, "origin": origin}
        outs = [Out(topic, partition, key, made.encode(**common)) for topic, made in self._deliveries]
        facts = {**self._audit.record["event"], "received_at": at, **{name: event[name] for name in _FACTS}}
        audit = self._audit.encode(at=at, event_id=event_id, event=facts, origin=origin)
        choices = [
            {**choice, "occurred_at": occurred_at, "event_id": event_id} for choice in self._state.record["choices"]
        ]
        recent = [*self._state.record["recent"][:-1], {**self._state.record["recent"][-1], "event_id": event_id}]
        state = self._state.encode(choices=choices, recent=recent)
        return [*outs, Out(AUDIT, partition, key, audit), Out(STATE, partition, key, state)]

    def sent_home(self, event: dict[str, Any], value: bytes, home: int, place: tuple[int, int, int]) -> list[Out]:
        """An event that was not on its home partition: the same bytes there, and an audit record here.

        place: partition, offset and time in µs of the record.
        """
        partition, offset, at = place
        origin = {"topic": EVENTS, "partition": partition, "offset": offset}
        audit = self._forwarded.encode(at=at, event_id=event["event_id"], origin=origin)
        headers = ((FORWARDED, NO_PROOF), (FORWARDED_FROM, f"{EVENTS}|{partition}|{offset}|{at}".encode()))
        key = event["subject_id"].encode()
        return [Out(EVENTS, home, key, value, headers), Out(AUDIT, partition, self._key, audit)]
