"""What a lane partition's state topic will hold once everything decided is committed."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from processors.delivering.job import KEPT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.records import Delivery, LaneEntry


def entry_name(delivery: Delivery) -> str:
    """Key of a delivery's entry, and what the vendor's record ids in it are bound to."""
    return f"{delivery.pid}|{delivery.delivery_id}"


class Entries:
    """pid → delivery_id → entry. `statuses`: how many of each."""

    def __init__(self) -> None:
        self._people: dict[str, dict[str, LaneEntry]] = defaultdict(dict)
        self.statuses: Counter[str] = Counter()

    @property
    def kept(self) -> int:
        """How many the lane will carry out in the end."""
        return sum(self.statuses[status] for status in KEPT)

    def find(self, delivery: Delivery) -> LaneEntry | None:
        person = self._people.get(delivery.pid)
        return person.get(delivery.delivery_id) if person else None

    def has_later_cycle(self, delivery: Delivery) -> bool:
        """Whether it began anew before this cycle had ended, and that is kept: what becomes of this one is no end."""
        entry = self.find(delivery)
        return entry is not None and entry.delivery.cycle > delivery.cycle

    def of(self, pid: str, status: str) -> list[LaneEntry]:
        """One person's entries of a status."""
        person = self._people.get(pid)  # of nearly nobody is anything kept
        return [entry for entry in person.values() if entry.status == status] if person else []

    def every(self, *statuses: str) -> Iterator[LaneEntry]:
        """Everybody's of these statuses, in the order in which they came in."""
        every = (entry for person in self._people.values() for entry in person.values() if entry.status in statuses)
        yield from sorted(every, key=lambda entry: -1 if entry.offset is None else entry.offset)

    def put(self, pid: str, delivery_id: str, entry: LaneEntry | None) -> None:
        """None: the delivery leaves the lane state."""
        person = self._people[pid]
        if old := person.pop(delivery_id, None):
            self.statuses[old.status] -= 1
        if entry is not None:
            person[delivery_id] = entry
            self.statuses[entry.status] += 1
        if not person:
            del self._people[pid]
