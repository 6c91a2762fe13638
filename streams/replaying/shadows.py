"""The recorded events planned anew, partition by partition: nothing is sent, and nothing is kept."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from processors.replaying.shadow import Shadow
from schemas.codec import decode_own
from schemas.records import AuditRecord
from streams import topics
from streams.logs import slices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from processors.lane import Lane
    from processors.replaying.shadow import Otherwise
    from schemas.policy import Policy
    from streams.replaying.part import Part, Tell
    from streams.settings import Settings


def by_controller(lanes: Iterable[Lane]) -> dict[str, tuple[Lane, ...]]:
    found: dict[str, list[Lane]] = defaultdict(list)
    for lane in lanes:
        found[lane.controller].append(lane)
    return {controller: tuple(of) for controller, of in found.items()}


async def run(  # noqa: PLR0917 - what a shadow depends on
    settings: Settings,
    parts: Iterable[Part],
    policy: Policy | None,
    lanes: Mapping[str, tuple[Lane, ...]],
    show: Callable[[Otherwise | None], None],
    read: Tell,
) -> None:
    """Show each planned event as it would have been; None: the same. Raises as `logs.scan` and the decoder do."""
    for part in parts:
        shadow, at = Shadow(policy, lanes), 0
        async for records in slices(settings, topics.AUDIT, {part.partition: part.end}):
            for record in records:
                taken = decode_own(AuditRecord, record.value)
                if part.pid in {None, taken.pid} and part.controller in {None, taken.controller}:
                    before = shadow.events
                    otherwise = shadow.take(taken)
                    if shadow.events > before:
                        show(otherwise)
            if records:
                read(records[-1].offset + 1 - at)
                at = records[-1].offset + 1
