"""`dead-letters redrive` of a lane: what has failed goes out once more, but no deletion that a hold forbids."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        redrives, wanted = post.core.redrives, given.command.args.get(DELIVERY)
        kept = post.lookup.kept(redrives.failed(wanted))
        if kept is None:
            return Unfinished.ASKING
        told = redrives.begin(given.command, wanted, kept, now)
        parts = [
            told.begun and f"{told.begun} sent once more",
            told.overtaken and f"{told.overtaken} overtaken by newer instructions",
            told.left and f"{told.left} left for the next time: there is no room for more",
            told.kept and f"{told.kept} left as they are: a legal hold keeps what they would delete",
        ]
        return ", ".join(part for part in parts if part) or "nothing of it is failed here"

    return Family({REDRIVE: redrive})
