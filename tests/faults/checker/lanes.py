"""What a lane has in hand: the records of its topic, how far it has worked them, and what its state keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checker.rundir import Place

if TYPE_CHECKING:
    from checker.rundir import Run

WAITS = {"attempted", "parked", "held", "waiting", "dry_run", "accepted"}
"""What a lane's state says of a delivery that is still to be done, or is under way at the vendor."""


@dataclass
class Lane:
    """records: delivery_id → where its newest one stands in the lane's topic; kept: delivery_id → its status.

    marks: partition → under which offset all is settled, and what is so above it.
    """

    records: dict[str, Place] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    marks: dict[int, tuple[int, list[int]]] = field(default_factory=dict)

    def has(self, delivery_id: str) -> bool:
        """Whether it will come back to this delivery: it keeps it, or has not settled its record."""
        if self.kept.get(delivery_id) in WAITS:
            return True
        if delivery_id not in self.records:
            return False
        partition, offset = self.records[delivery_id]
        below, settled = self.marks.get(partition, (0, []))
        return offset >= below and offset not in settled


def lane_of(run: Run, name: str) -> Lane:
    """Of a lane that may have open deliveries: of the others nothing is written down."""
    found = Lane()
    for line in run.each(f"deliveries/{name}.jsonl"):
        if line["record"]:
            found.records[line["record"]["delivery_id"]] = Place(line["partition"], line["offset"])
    for line in run.each(f"lane-state/{name}.jsonl"):
        if line["bookmark"]:
            found.marks[line["partition"]] = line["bookmark"]["offset"], line["bookmark"]["settled"]
        elif line["record"]:
            found.kept[line["record"]["delivery"]["delivery_id"]] = line["record"]["status"]
        elif not line["key"].startswith("!"):
            found.kept.pop(line["key"].partition("|")[2], None)
    return found
