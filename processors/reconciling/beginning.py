"""An audit whose beginning was deleted: what stood there isn't known, and what follows from it is no finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.reconciling.comparing import unnamed_legs
from schemas.audit_head import head_of
from schemas.codec import decode_own
from schemas.errors import DataError
from schemas.records import AuditRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.origin import Origin
    from schemas.records import Leg

VERDICTS = frozenset({"planned", "stale", "duplicate", "rejected", "forwarded"})


class Beginning(NamedTuple):
    """Of a partition. since: verdicts on its events before this offset were deleted; 0: none was."""

    partition: int
    since: int = 0

    def hides(self, origin: Origin) -> bool:
        """Whether the verdict on that event may have been deleted; of what was forwarded here nobody can say."""
        return self.since > 0 and (origin.partition != self.partition or origin.offset < self.since)

    def explains(self, due: str, was: str) -> bool:
        """Whether another verdict than was due may rest on what was deleted: a newer choice, the same event."""
        return self.since > 0 and due in {"planned", "stale"} and was != due

    def certain(self, due: Iterable[Leg], planned: Iterable[Leg]) -> tuple[Leg, ...]:
        """Those of the legs that were due whatever was deleted."""
        return tuple(unnamed_legs(due, planned) if self.since else due)


def judged_at(value: bytes | None, partition: int) -> int | None:
    """The offset of the event of this partition on which a record of the audit is the verdict; None: it is none."""
    try:
        if head_of(value or b"").kind not in VERDICTS:
            return None
        origin = decode_own(AuditRecord, value or b"").origin
    except DataError:
        return None
    return origin.offset if origin.partition == partition else None
