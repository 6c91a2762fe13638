"""How far a run has come, by what the audit says so far."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from processors.vendors.base import VENDORS
from schemas.codec import decode
from schemas.records import ACTIONS, AuditRecord
from streams import clients, topics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.accounts import Account

    from streams.settings import Settings

_RUNGS = ("accepted", "executed", "verified")
_OVER = frozenset({"no_match", "retained", "client_signal", "superseded", "cancelled", "failed", "manual_task"})
_VERDICTS = frozenset({"planned", "stale", "duplicate", "rejected"})


class Progress:
    """judged: records of `consent.events` with a verdict; due: deliveries planned; open: those not over, with
    their lanes.

    Deliveries to an account that is dead aren't counted: they wait, and some of them in front of the open breaker.
    """

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts
        self._over: set[str] = set()
        self.judged = 0
        self.due = 0
        self.open: dict[str, str] = {}

    @property
    def settled(self) -> int:
        return self.due - len(self.open)

    def take(self, record: AuditRecord) -> None:
        if record.kind == "outcome" and record.delivery_id:
            if self._is_over(record):
                self._over.add(record.delivery_id)
                self.open.pop(record.delivery_id, None)
        elif record.kind in _VERDICTS:
            self.judged += 1
            for leg in record.legs or ():
                if leg.kind == "delivery" and leg.delivery_id and not self._accounts[leg.lane or ""].dead:
                    self.due += 1
                    if leg.delivery_id not in self._over:
                        self.open[leg.delivery_id] = leg.lane or ""

    def _is_over(self, record: AuditRecord) -> bool:
        outcome, account = record.outcome or "", self._accounts[record.lane or ""]
        if outcome not in _RUNGS or record.action not in ACTIONS:
            return outcome in _OVER
        return _RUNGS.index(outcome) >= _RUNGS.index(VENDORS[account.adapter].can[record.action].closing)


async def follow(settings: Settings, progress: Progress) -> None:
    """Feed it with everything in the audit, old and new, until cancelled."""
    consumer = clients.reader(settings)
    await consumer.start()
    try:
        places = [TopicPartition(topics.AUDIT, number) for number in range(settings.partitions)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        while True:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    progress.take(decode(AuditRecord, record.value))
                await asyncio.sleep(0)
    finally:
        await consumer.stop()
