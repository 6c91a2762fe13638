"""The page that Prometheus reads: what is only known at the moment is looked up for it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from prometheus_client import generate_latest

from schemas.records import LaneStatus
from streams.control import CLOSER, ROUTER
from streams.metrics import definitions as d
from streams.metrics.words import place_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streams.metrics.registry import Metrics
    from streams.ownership.holding import Reading
    from streams.status import Status

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ENTRIES: tuple[str, ...] = get_args(LaneStatus)
_STATES = ("starting", "up", "halted")
_MOMENTARY = (d.ROLE_STATE, d.HALTED, d.PARTITIONS, d.LAG_RECORDS, d.LAG_SECONDS, d.ENTRIES, d.PAUSED)


def scrape(metrics: Metrics, status: Status, readings: Mapping[str, Sequence[Reading]]) -> bytes:
    """Everything in Prometheus' text format. `readings`: role → how each of its partitions stands."""
    for definition in _MOMENTARY:
        metrics[definition].clear()
    _tell_roles(metrics, status)
    for role, partitions in readings.items():
        _tell_partitions(metrics, role, partitions)
    return generate_latest(metrics.registry)


def _tell_roles(metrics: Metrics, status: Status) -> None:
    for name, role in status.roles.items():
        place = place_of(name)
        for state in _STATES:
            metrics[d.ROLE_STATE].labels(*place, state).set(role.state == state)
        for reason, _ in role.problems.values():
            metrics[d.HALTED].labels(*place, reason).inc()
        metrics[d.PARTITIONS].labels(*place, "assigned").set(len(role.partitions))
        metrics[d.PARTITIONS].labels(*place, "working").set(len(role.working))
        if lane := place[1]:
            metrics[d.PAUSED].labels(lane).set(len(role.paused))


def _tell_partitions(metrics: Metrics, role: str, partitions: Sequence[Reading]) -> None:
    kind, lane = place_of(role)
    metrics[d.LAG_RECORDS].labels(kind, lane).set(sum(reading.lag_records for reading in partitions))
    metrics[d.LAG_SECONDS].labels(kind, lane).set(max((reading.oldest_s for reading in partitions), default=0.0))
    held: Counter[str] = sum((Counter(reading.holds) for reading in partitions), Counter())
    if kind == ROUTER:
        metrics[d.SUBJECTS].set(held["subjects"])
    elif kind == CLOSER:
        metrics[d.REQUESTS_OPEN].set(held["open"])
        metrics[d.REQUESTS_OVERDUE].set(held["overdue"])
        metrics[d.REQUESTS_KEPT].set(held["kept"])
        metrics[d.REQUEST_OLDEST].set(max((reading.holds.get("oldest_s", 0) for reading in partitions), default=0))
    elif lane:
        for entry in _ENTRIES:
            metrics[d.ENTRIES].labels(lane, entry).set(held[entry])
