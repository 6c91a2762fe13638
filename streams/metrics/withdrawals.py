"""How long a protective event takes to its last outcome, followed in the audit. May be lost and begin anew."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processors.delivering.tasks import ends_task
from schemas.codec import decode_raw
from schemas.errors import UndecodableRecord
from schemas.events import PROTECTIVE
from schemas.records import AuditRecord
from streams.metrics import definitions as d

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.metrics.registry import Metrics

MOST_OPEN = 20_000
_US = 1_000_000
_JOB = "job_under_way"
_NOT_YET = frozenset({"attempted", "parked", "held", "dry_run", "waiting"})
_PROTECTS = frozenset({"withdraw", "delete"})
_WORDS = tuple(word.encode() for word in (*PROTECTIVE, *_PROTECTS))
"""A record with none of these in it, as text is readable in Avro, is not worth decoding."""
_CONFIRMS = frozenset({"accepted", "executed", "verified", "no_match"})
_GRAVITY = ("confirmed", "otherwise", "manual_task", "failed")


@dataclass(slots=True)
class _Open:
    """`left`: delivery ids without an outcome; of the others `result`: the gravest, `last_at`: the latest, in µs."""

    kind: str
    received_at: int
    left: set[str]
    result: str = "confirmed"
    last_at: int = 0


def _is_first_end(record: dict[str, Any]) -> bool:
    return record["outcome"] not in _NOT_YET and not ends_task(record["outcome"], record["reason"])


def _result(outcome: str) -> str:
    """Only what the vendor has said: what was cancelled, replaced or retained is done by nobody."""
    if outcome in _CONFIRMS:
        return "confirmed"
    return outcome if outcome in _GRAVITY else "otherwise"


class Withdrawals:
    """Takes the audit record by record. Bounded: of too many open events the oldest is dropped, and that counted."""

    def __init__(self, metrics: Metrics, now: Callable[[], float] = time.time, most_open: int = MOST_OPEN) -> None:
        self._open: dict[tuple[str, str], _Open] = {}  # by pid and event_id: two companies may give one id
        self._now = now
        self._most_open = most_open
        self._seconds = metrics[d.WITHDRAWAL_SECONDS]
        self._unfollowed = metrics[d.UNFOLLOWED]
        self._followed = metrics[d.FOLLOWED]
        metrics[d.WITHDRAWALS_OPEN].set_function(lambda: len(self._open))
        metrics[d.WITHDRAWAL_OLDEST].set_function(self._oldest_s)
        for why in ("unseen", "forgotten", "unreadable"):
            self._unfollowed.labels(why)

    def take(self, value: bytes) -> None:
        """One record as it stands in the audit. Never raises: an exception would end the whole worker."""
        self._followed.inc()
        try:
            if any(word in value for word in _WORDS):
                self._look_at(decode_raw(AuditRecord, value))
        except UndecodableRecord:
            self._unfollowed.labels("unreadable").inc()
        except Exception:  # noqa: BLE001 - whatever it is, the worker's work is more than a figure
            self._unfollowed.labels("unreadable").inc()

    def _look_at(self, record: dict[str, Any]) -> None:
        if record["kind"] == "planned":
            self._planned(record)
        elif record["kind"] == "outcome" and record["action"] in _PROTECTS and _is_first_end(record):
            self._settled(record)

    def _planned(self, record: dict[str, Any]) -> None:
        event = record["event"]
        legs = record["legs"] or ()
        left = {leg["delivery_id"] for leg in legs if leg["kind"] == "delivery" and leg["action"] in _PROTECTS}
        if event["kind"] not in PROTECTIVE or not left:
            return
        self._open[record["pid"], record["event_id"]] = _Open(event["kind"], event["received_at"], left)
        if len(self._open) > self._most_open:
            del self._open[next(iter(self._open))]
            self._unfollowed.labels("forgotten").inc()

    def _settled(self, record: dict[str, Any]) -> None:
        key = record["pid"], record["event_id"]
        followed = self._open.get(key)
        if record["outcome"] == "accepted" and record["reason"] == _JOB:
            return
        if followed is None or record["delivery_id"] not in followed.left:
            if followed is None and not record["cycle"] and record["outcome"] != "verified":
                self._unfollowed.labels("unseen").inc()
            return
        followed.left.discard(record["delivery_id"])
        followed.result = max(followed.result, _result(record["outcome"]), key=_GRAVITY.index)
        followed.last_at = max(followed.last_at, record["at"])
        if not followed.left:
            del self._open[key]
            seconds = (followed.last_at - followed.received_at) / _US
            self._seconds.labels(followed.kind, followed.result).observe(seconds)

    def _oldest_s(self) -> float:
        oldest = min((followed.received_at for followed in self._open.values()), default=None)
        return 0.0 if oldest is None else max(0.0, self._now() - oldest / _US)
