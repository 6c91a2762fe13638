"""Records as they stand in `consent.events`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka.partitioner import murmur2

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORWARDED = "consent-relay-forwarded"
_FROM = "consent-relay-from"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a record first stood in the topic."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"record {self.partition}@{self.offset}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One record. at: when Kafka took it in, µs; `origin`: where and `at`: when it first was, if it was forwarded."""

    here: Place
    value: bytes | None
    at: int
    origin: Place | None = None

    @classmethod
    def read(
        cls, here: Place, value: bytes | None, timestamp_ms: int, headers: Mapping[str, bytes] | None = None
    ) -> Entry:
        """A record of the log, with the two headers that a forwarded one has."""
        if not headers or _FORWARDED not in headers:
            return cls(here, value, timestamp_ms * 1000)
        _, partition, offset, at = headers[_FROM].decode().split("|")
        return cls(here, value, int(at), Place(int(partition), int(offset)))

    @property
    def first(self) -> Place:
        return self.origin or self.here


def home(subject_id: str, partitions: int) -> int:
    """The partition where Kafka's own clients put a record with this key."""
    return int((murmur2(subject_id.encode()) & 0x7FFFFFFF) % partitions)
