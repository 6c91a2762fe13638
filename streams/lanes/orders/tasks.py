"""`tasks done` of a lane: somebody has done manual tasks by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.delivering.tasks import evidence_in
from schemas.errors import InvalidRecord
from streams.control import REFUSED
from streams.lanes.orders.post import Family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.delivering.job import Now
    from streams.control import Given
    from streams.lanes.orders.post import Post

DONE = "tasks.done"
DELIVERIES = "deliveries"
"""Argument: the delivery_ids, with blanks between them; and by a partition's number, those that stand there."""
_SHOWN = 12


def _of(partition: int, args: Mapping[str, str]) -> list[str]:
    """What a partition is asked for: not others' tasks, which it would call unknown. Older commands don't tell."""
    told_apart = any(name.isdigit() for name in args)
    return args.get(str(partition) if told_apart else DELIVERIES, "").split()


def family(post: Post) -> Family:
    def done(given: Given, now: Now) -> str:
        command = given.command
        try:
            evidence = evidence_in(command.args)
        except InvalidRecord as error:
            return f"{REFUSED}: {error}"
        finished = post.core.finish(command, _of(post.tenure.partition, command.args), evidence, now)
        unknown = ", ".join(one[:_SHOWN] for one in finished.unknown)
        parts = [finished.done and f"{finished.done} done", unknown and f"no open task here: {unknown}"]
        return ", ".join(part for part in parts if part) or "nothing named"

    return Family({DONE: done})
