"""What a lane partition has decided and not yet committed, and what its lane state holds."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from processors.delivering.settle import Settlement, without
from schemas.codec import decode, encode
from schemas.records import LaneEntry
from streams import topics
from streams.outbox import Out
from streams.wire import audit_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.records import AuditRecord, Delivery


def entry_name(delivery: Delivery) -> str:
    """Key of a delivery's entry, and what the vendor's record ids in it are bound to."""
    return f"{delivery.pid}|{delivery.delivery_id}"


def entry_key(delivery: Delivery) -> bytes:
    return entry_name(delivery).encode()


class Ledger:
    """Collects records for the next transaction; the entries are the lane state as it will be after it.

    noted: what became of which delivery, as collected; statuses: how many entries have which status.
    """

    def __init__(self, lane: str, partition: int) -> None:
        self._topic = topics.lane_state(lane)
        self._partition = partition
        self._entries: dict[str, dict[str, LaneEntry]] = defaultdict(dict)  # pid → delivery_id → entry
        self._outs: list[Out] = []
        self._waiting: list[asyncio.Future[None]] = []
        self.noted: list[tuple[Delivery, AuditRecord]] = []
        self.statuses: Counter[str] = Counter()
        self.wake = asyncio.Event()

    def load(self, pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
        """Take in lane state records."""
        for key, value in pairs:
            pid, delivery_id = key.decode().split("|")
            self._note(pid, delivery_id, decode(LaneEntry, value) if value else None)

    def find(self, delivery: Delivery) -> LaneEntry | None:
        """What an earlier try left, if anything."""
        return self._entries.get(delivery.pid, {}).get(delivery.delivery_id)

    def write(self, delivery: Delivery, settlement: Settlement, *more: Out) -> None:
        """Note what became of a delivery, for the next transaction."""
        self._outs += [audit_out(settlement.audit, self._partition), *more]
        self.noted.append((delivery, settlement.audit))
        if settlement.entry or self.find(delivery):
            self._put(delivery, settlement.entry)

    def overtake(self, newer: Delivery) -> None:
        """Take a newer, settled instruction's scope out of what failed before for the same person."""
        for entry in list(self._entries.get(newer.pid, {}).values()):
            if entry.status == "failed" and entry.delivery.delivery_id != newer.delivery_id:
                left = without(entry, newer)
                if left != entry:
                    self._put(entry.delivery, left)

    async def committed(self) -> None:
        """Return when everything written so far is committed."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self.wake.set()
        await future

    def add(self, *outs: Out) -> None:
        self._outs += outs
        self.wake.set()

    def collect(self) -> tuple[list[Out], list[asyncio.Future[None]]]:
        """Hand over what is due, and who waits for it to be committed."""
        outs, self._outs = self._outs, []
        waiting, self._waiting = self._waiting, []
        return outs, waiting

    def _put(self, delivery: Delivery, entry: LaneEntry | None) -> None:
        self._note(delivery.pid, delivery.delivery_id, entry)
        self._outs.append(Out(self._topic, self._partition, entry_key(delivery), encode(entry) if entry else None))
        self.wake.set()

    def _note(self, pid: str, delivery_id: str, entry: LaneEntry | None) -> None:
        person = self._entries[pid]
        if old := person.pop(delivery_id, None):
            self.statuses[old.status] -= 1
        if entry is not None:
            person[delivery_id] = entry
            self.statuses[entry.status] += 1
        if not person:
            del self._entries[pid]
