"""A lane partition's part of the vendor's limits: found in its state, reserved in its transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from processors.limits.reserve import unrecorded, unused
from schemas.errors import QuotaUnknown
from schemas.quota import Quota
from streams.ownership.tenure import QUOTA_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.engine.run import Connector
    from processors.limits.reserve import Draft
    from streams.outbox import Out
    from streams.ownership.tenure import Tenure

log = structlog.get_logger()
_REQUESTS = 2
"""A call may have to fetch a token first."""


class QuotaKeeper:
    """For one tenure. `wake`: makes the work commit soon."""

    def __init__(
        self, connector: Connector, partition: int, partitions: int, tenure: Tenure, wake: Callable[[], None]
    ) -> None:
        self._connection = connector.connection
        self._limiter = connector.limiter
        self._partition = partition
        self._partitions = partitions
        self._tenure = tenure
        self._wake = wake
        self._draft: Draft | None = None
        self._closing = False

    def open(self) -> None:
        """Calls may be made for this part from now on.

        Raises:
            QuotaUnknown: nobody knows how much of a long window is used.

        """
        self._limiter.hold(
            self._partition,
            self._partitions,
            self._found(),
            late_s=_REQUESTS * self._connection.timeout_s,
            new=self._tenure.new,
            clean=self._tenure.clean,
            unwritten=self._tenure.kept(QUOTA_KEY, Quota) is None,
            wake=self._wake,
        )

    def outs(self) -> list[Out]:
        """What the next transaction must hold so that calls can go on; then comes `committed`."""
        self._draft = None if self._closing else self._limiter.draft(self._partition)
        return [self._tenure.keep(QUOTA_KEY, self._draft.quota)] if self._draft else []

    def committed(self) -> None:
        if self._draft:
            self._limiter.committed(self._partition, self._draft)
            self._draft = None

    def last(self) -> Out:
        """What the last transaction says: exactly what was used."""
        self._closing = True
        return self._tenure.keep(QUOTA_KEY, self._limiter.close(self._partition))

    def close(self) -> None:
        self._limiter.release(self._partition)

    def _found(self) -> Quota | None:
        quota, windows, now = self._tenure.kept(QUOTA_KEY, Quota), self._limiter.windows, self._limiter.now()
        mark = self._tenure.bookmark
        if self._tenure.new or (quota is None and mark and not mark.offset and not mark.settled):
            return unused(windows, quota, now)  # it was taken over, and nothing was reserved: so nothing was called
        unknown = unrecorded(windows, quota)
        if unknown and self._connection.unrecorded_use == "none":
            return unused(unknown, quota, now)
        if unknown and self._connection.unrecorded_use == "halt":
            name = self._connection.name
            log.error("alarm", alarm="quota_unknown", lane=name, partition=self._partition)
            raise QuotaUnknown(
                f"nobody knows how much of the limit '{unknown[0]}' is used: state connections.{name}.unrecorded_use"
            )
        return quota
