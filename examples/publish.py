"""Publishes one withdrawal as an app does: with a Kafka client, an Avro library and the relay's schema, nothing else.

python examples/publish.py 127.0.0.1:9092 c-1001 ana.lopez@example.com
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from aiokafka import AIOKafkaProducer
from fastavro import parse_schema, schemaless_writer
from fastavro.schema import fingerprint, to_parsing_canonical_form

SCHEMA = json.loads((Path(__file__).parents[1] / "schemas" / "avro" / "consent_event.avsc").read_text("utf-8"))
MARKER = b"\xc3\x01"
"""Avro's single-object encoding: these bytes, the schema's fingerprint (8 bytes, little-endian), the record."""
HEADER = MARKER + bytes.fromhex(fingerprint(to_parsing_canonical_form(SCHEMA), "CRC-64-AVRO"))


def encoded(event: dict[str, object]) -> bytes:
    body = io.BytesIO()
    schemaless_writer(body, parse_schema(SCHEMA), event)
    return HEADER + body.getvalue()


def withdrawal(subject_id: str, email: str) -> dict[str, object]:
    """What has a default in the schema may be left out."""
    return {
        "event_id": str(uuid.uuid4()),  # one for each event: publish it again with the same one when in doubt
        "kind": "consent.withdrawn",
        "controller": "oomnis",
        "subject_id": subject_id,
        "identities": [{"type": "email", "format": "raw", "value": email}],
        "purposes": ["surveys"],  # null: all
        "channels": [],  # all
        "jurisdiction": "EEA",
        "expressed_by": {"relation": "self"},
        "method": "web_form",
        "occurred_at": datetime.now(UTC),
        "published_by": "preference-centre",
    }


async def main(bootstrap: str, subject_id: str, email: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        event = withdrawal(subject_id, email)
        await producer.send_and_wait("consent.events", key=subject_id.encode(), value=encoded(event))
        print(event["event_id"])
    finally:
        await producer.stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
