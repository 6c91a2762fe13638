"""What Kafka hands to a lane: the state as a takeover finds it, then deliveries. Nothing is passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.delivering.entries import entry_name
from schemas.codec import decode, decode_own
from schemas.errors import DataError, StateUnreadable
from schemas.records import Delivery, LaneEntry
from streams import topics
from streams.ownership.stored import readable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiokafka import ConsumerRecord

    from processors.delivering.core import Core
    from processors.delivering.job import Now


class Intake:
    """Puts one partition's records into its core."""

    def __init__(self, core: Core, lane: str, partition: int) -> None:
        self._core = core
        self._place = (topics.lane_state(lane), partition)
        self._broken: dict[bytes, StateUnreadable] = {}

    def restore(self, pairs: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Records in the order of their log. `check` tells of those that can't be read, but for later ones."""
        for key, value in pairs:
            self._broken.pop(key, None)
            try:
                entry = self._entry(key, value) if value else None
            except StateUnreadable as error:
                self._broken[key] = error
            else:
                pid, _, delivery_id = key.decode(errors="replace").partition("|")
                self._core.load(pid, delivery_id, entry)

    def check(self) -> None:
        """Before the core begins. Raises StateUnreadable."""
        for error in self._broken.values():
            raise error

    def feed(self, records: Iterable[ConsumerRecord], now: Now) -> None:
        """Deliveries, in order; what is none goes to the dead letters."""
        for record in records:
            if self._core.sees(record.offset):
                try:
                    delivery = decode(Delivery, record.value or b"")
                except DataError as error:
                    self._core.unreadable(record.offset, record.value, error.reason, now)
                else:
                    self._core.arrive(record.offset, record.value, delivery, now, record.timestamp * 1000)

    def _entry(self, key: bytes, value: bytes) -> LaneEntry:
        def read() -> LaneEntry:
            entry = decode_own(LaneEntry, value)
            if entry_name(entry.delivery).encode() != key:
                raise ValueError("another's key")
            return entry

        return readable(read, key, *self._place)
