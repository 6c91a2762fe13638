"""Where a record stands in Kafka. Avro twin: in `avro/*.avsc`, wherever a record names its origin."""

from __future__ import annotations

from schemas.kept import Kept


class Origin(Kept, frozen=True):
    """Where a record came in first; a forwarded record keeps it."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"
