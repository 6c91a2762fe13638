"""How far a run has come, by what the audit says so far."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from processors.vendors.base import VENDORS
from schemas.records import ACTIONS, AuditRecord
from schemas.times import SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.accounts import Account

_RUNGS = ("accepted", "executed", "verified")
_OVER = frozenset({"no_match", "retained", "client_signal", "superseded", "cancelled", "failed", "manual_task"})
_VERDICTS = frozenset({"planned", "stale", "duplicate", "rejected"})


class Progress:
    """judged: places of `consent.events` with a verdict; due: deliveries planned; open: those not over, with lanes.

    outcomes: how often the audit says which, by (lane, outcome). took: per lane, for each delivery that is over when
    its event came in (µs) and how long it took since, s.
    Deliveries to an account that is dead aren't due: they wait, and some of them in front of the open breaker.
    """

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts
        self._over: dict[str, int] = {}
        self._received: dict[str, int] = {}
        self.judged: set[tuple[int, int]] = set()
        self.due = 0
        self.open: dict[str, str] = {}
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.took: dict[str, list[tuple[int, float]]] = defaultdict(list)

    @property
    def settled(self) -> int:
        return self.due - len(self.open)

    def told(self, lane: str) -> set[str]:
        """All outcomes that the audit has of the lane."""
        return {outcome for of, outcome in self.outcomes if of == lane}

    def left(self, lane: str) -> int:
        """How many deliveries of the lane aren't over."""
        return sum(of == lane for of in self.open.values())

    def take(self, record: AuditRecord) -> None:
        if record.kind == "outcome" and record.delivery_id:
            self.outcomes[record.lane or "", record.outcome or ""] += 1
            if self._is_over(record) and record.delivery_id not in self._over:
                self._over[record.delivery_id] = record.at
                self._end(record.delivery_id)
        elif record.kind in _VERDICTS or record.kind == "cycle":
            if record.kind in _VERDICTS:
                self.judged.add((record.origin.partition, record.origin.offset))
            for leg in record.legs or ():
                if leg.kind == "delivery" and leg.delivery_id and leg.lane and not self._accounts[leg.lane].dead:
                    self.due += 1
                    self.open[leg.delivery_id] = leg.lane
                    self._received[leg.delivery_id] = record.event.received_at if record.event else record.at
                    self._end(leg.delivery_id)

    def _end(self, delivery_id: str) -> None:
        """It is over, if the audit has both, in whatever order it was read."""
        if delivery_id in self._over and delivery_id in self.open:
            received_at = self._received.pop(delivery_id)
            took_s = (self._over[delivery_id] - received_at) / SECOND
            self.took[self.open.pop(delivery_id)].append((received_at, took_s))

    def _is_over(self, record: AuditRecord) -> bool:
        outcome, account = record.outcome or "", self._accounts[record.lane or ""]
        if outcome not in _RUNGS or record.action not in ACTIONS:
            return outcome in _OVER
        return _RUNGS.index(outcome) >= _RUNGS.index(VENDORS[account.adapter].can[record.action].closing)
