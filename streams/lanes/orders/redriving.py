"""`dead-letters redrive` of a lane: what has failed goes out once more, but no deletion that a hold forbids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.delivering.redrives import without_grants_behind
from streams.lanes.hold_lookup import KEPT
from streams.lanes.orders.post import Family, Unfinished

if TYPE_CHECKING:
    from processors.delivering.job import Now
    from streams.control import Given
    from streams.lanes.orders.post import Post

REDRIVE = "dead-letters.redrive"
DELIVERY = "delivery"
"""Argument: only the delivery with this id."""


def family(post: Post) -> Family:
    def redrive(given: Given, now: Now) -> str | Unfinished:
        failed = post.core.redrives.failed(given.command.args.get(DELIVERY))
        known = post.lookup.about(given.offset, failed)
        if known is None:
            return Unfinished.ASKING
        free, stay = known.sorted(failed)
        some = without_grants_behind(failed, stay)
        told, waits = post.core.redrives.begin(given.command, some, now), len(free) - len(some)
        kept = sum(one.delivery.pid in known.held for one in stay)
        late = len(stay) - kept
        parts = [
            told.begun and f"{told.begun} sent once more",
            told.overtaken and f"{told.overtaken} overtaken by newer instructions",
            told.left and f"{told.left} left for the next time: there is no room for more",
            kept and f"{kept} {KEPT}",
            late and f"{late} left for the next time: they failed while it looked for legal holds",
            waits and f"{waits} left behind such a deletion, which would undo them",
        ]
        return ", ".join(part for part in parts if part) or "nothing of it is failed here"

    return Family({REDRIVE: redrive})
