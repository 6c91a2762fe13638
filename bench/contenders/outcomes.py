"""What has to be called and written for a delivery: the same bytes for every contender."""

from __future__ import annotations

import json
import os
from io import BytesIO
from pathlib import Path
from typing import Any

from fastavro import parse_schema, schemaless_reader

from bench.contenders.outputs import AVRO, HEADER_BYTES, Template, plain


class Outcomes:
    """Reads the templates of a hand-over directory (default: BENCH_DIR). path, headers, body: of every call."""

    def __init__(self, directory: Path | None = None) -> None:
        templates = (directory or Path(os.environ["BENCH_DIR"])) / "templates"
        request = json.loads((templates / "request.json").read_text("utf-8"))
        self.path: str = request["path"]
        self.headers: dict[str, str] = request["headers"]
        self.body: bytes = request["body"].encode()
        self._outcome = Template("audit_record", (templates / "outcome.avro").read_bytes())
        self._delivery = parse_schema(plain(json.loads((AVRO / "delivery.avsc").read_text("utf-8"))))

    def decode(self, value: bytes) -> dict[str, Any]:
        """A delivery as a dict; moments in µs, identities sealed."""
        body = BytesIO(value)
        body.seek(HEADER_BYTES)
        delivery: dict[str, Any] = schemaless_reader(body, self._delivery, None)  # type: ignore[assignment]
        return delivery

    def outcome(self, delivery: dict[str, Any], at: int) -> bytes:
        """The audit record of a delivery that the vendor accepted. `at`: µs."""
        same = {name: delivery[name] for name in ("pid", "event_id", "delivery_id", "origin")}
        return self._outcome.encode(at=at, record_id=delivery["delivery_id"], **same)
