"""A foreman over a lane core that a test drives by hand; what it writes is read back by the next tenure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from delivering_support import Driven
from engine_support import DONE, Wire, connector
from router_support import PaperTenure
from routing_support import SEALS, record

from schemas.codec import decode, encode
from schemas.records import AuditRecord, Command
from streams import topics
from streams.lanes.bench import Bench
from streams.lanes.foreman import Foreman
from streams.lanes.hold_lookup import HoldLookup, Known
from streams.status import Status

if TYPE_CHECKING:
    from collections.abc import Hashable

    from streams.ownership.tenure import Tenure


class NoHolds(HoldLookup):
    """Where nobody has to be asked."""

    def held(self, _: Hashable, people: frozenset[str]) -> Known:
        return Known(people, frozenset())


class Site:
    """One partition of the lane `toy`, taken over again and again. lookup: of holds."""

    def __init__(self, lookup: type[HoldLookup] = NoHolds) -> None:
        self._lookup = lookup
        self.lane, self.tenure = Driven(), PaperTenure(partition=2)
        self.bench = Bench(connector(Wire(lambda _: DONE)), SEALS, Status(), 4, 0.0, 0.1)
        self.next = 0
        self.take_over()

    def take_over(self) -> None:
        self.lane.restart()
        self.lookup = self._lookup(self.bench, 2, lambda: None)
        self.foreman = Foreman(self.bench, self.lane.core, cast("Tenure", self.tenure), self.lookup)

    def give(self, name: str, number: int = 1, lane: str = "toy", **more: Any) -> None:
        fields = {"args": {}, "by": "ops@host", "reason": "Sunday", "at": 1}
        command = Command.parse({"command_id": f"c-{number}", "name": name, "lane": lane, **fields, **more})
        self.bench.control.take(record(encode(command), self.next))
        self.next += 2

    def commit(self) -> list[AuditRecord]:
        """One transaction: the audit records of commands in it."""
        outs = self.foreman.outs()
        self.lane.commit()
        for out in outs:
            if out.topic == "marks":
                self.tenure.marks.pop(out.key, None)
                if out.value is not None:
                    self.tenure.marks[out.key] = tuple(map(int, out.value.split()))
        return [decode(AuditRecord, out.value or b"") for out in outs if out.topic == topics.AUDIT]

    def obeyed(self) -> list[str | None]:
        """Look for commands and commit: what came of each."""
        self.foreman.look(self.lane.now)
        return [record.evidence.detail if record.evidence else None for record in self.commit()]
