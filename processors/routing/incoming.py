"""A record as it came in, and what the router makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemas.drafts import Series

if TYPE_CHECKING:
    from schemas.origin import Origin
    from schemas.records import AuditRecord, DeadLetter, Delivery
    from schemas.state import SubjectState


class Incoming(NamedTuple):
    """One record. `log_time` is Kafka's own, µs.

    A forwarded record carries the time and origin it first had; `partition` is then where it was read now.
    """

    key: bytes | None
    value: bytes | None
    origin: Origin
    log_time: int
    forwarded: bool = False
    partition: int | None = None

    @property
    def here(self) -> int:
        """The partition this was read from."""
        return self.origin.partition if self.partition is None else self.partition


class Routed(NamedTuple):
    """What one record leads to. `home`, `key`: where to forward it. `alarms`: words for the log and metrics.

    unbound: how many of its legs are for a recipient that nobody has connected.
    """

    verdict: str
    audit: tuple[AuditRecord, ...] = ()
    deliveries: Series[Delivery] = Series()
    dead_letter: DeadLetter | None = None
    home: int | None = None
    key: bytes | None = None
    state: SubjectState | None = None
    alarms: tuple[str, ...] = ()
    unbound: int = 0
