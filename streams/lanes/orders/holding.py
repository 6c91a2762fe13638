"""`lanes release|cancel`: what operators want of deliveries on hold."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from streams.lanes.orders.post import Family, Unfinished

if TYPE_CHECKING:
    from processors.delivering.job import Now
    from schemas.records import Command, LaneEntry
    from streams.control import Given
    from streams.lanes.orders.post import Post

RELEASE = "lanes.release"
DROP = "lanes.drop"
CANCEL = "lanes.cancel"
STATUS, SINCE, COUNTS = "status", "since", "counts"
"""Arguments of a release or a drop: `held` or `dry_run`; on hold up to then, µs; `partition:count`, with blanks."""
DELIVERY, EVENT = "delivery", "event"
"""Arguments of a cancel: its delivery_id, or all of the event with this id."""
MOST = 1000
"""At once: they go into one transaction."""


class Holding:
    def __init__(self, post: Post) -> None:
        self._post = post
        self._done = Counter[str]()

    def release(self, given: Given, now: Now) -> str | Unfinished:
        if given.command.args[STATUS] == "dry_run" and self._post.core.holds.dry:
            return 'nothing released: the connection is still mode = "dry-run"'
        return self._do(given.command, now)

    def drop(self, given: Given, now: Now) -> str | Unfinished:
        return self._do(given.command, now)

    def cancel(self, given: Given, now: Now) -> str:
        args = given.command.args

        def wanted(entry: LaneEntry) -> bool:
            delivery = entry.delivery
            return args.get(DELIVERY) == delivery.delivery_id or args.get(EVENT) == delivery.event_id

        found = self._post.core.holds.chosen(wanted)
        self._post.core.holds.cancel(found, given.command, now)
        return f"{len(found)} cancelled" if found else "nothing of it waits here"

    def _do(self, command: Command, now: Now) -> str | Unfinished:
        """What was shown and confirmed, and nothing that came later."""
        args, holds = command.args, self._post.core.holds
        found = holds.chosen(lambda one: one.status == args[STATUS] and one.since <= int(args[SINCE]))
        confirmed = dict(pair.split(":") for pair in args[COUNTS].split()).get(str(self._post.tenure.partition), "0")
        if len(found) > int(confirmed):
            return f"nothing done: {confirmed} were confirmed, {len(found)} are there; look again"
        kept = frozenset[str]() if command.name == DROP else self._post.lookup.kept(found)
        if kept is None:
            return Unfinished.ASKING
        free = [one for one in found if one.delivery.delivery_id not in kept]
        some, later = free[:MOST], free[MOST:]
        if command.name == DROP:
            holds.cancel(some, command, now)
            self._done["dropped"] += len(some)
        else:
            for status, count in holds.release(some, command, now).items():
                self._done["wait for the end of their cancel window" if status == "waiting" else "released"] += count
        if later:
            return Unfinished.MORE
        self._done["left as they are: a legal hold keeps what they would delete"] = len(found) - len(free)
        done, self._done = self._done, Counter()
        return ", ".join(f"{count} {word}" for word, count in done.items() if count) or "nothing of it is here"


def family(post: Post) -> Family:
    holding = Holding(post)
    return Family({RELEASE: holding.release, DROP: holding.drop, CANCEL: holding.cancel})
