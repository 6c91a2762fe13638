"""`lanes release|cancel`: what operators want of deliveries on hold."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from streams.lanes.hold_lookup import KEPT
from streams.lanes.orders.extending import PERSON
from streams.lanes.orders.post import Family, Unfinished

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.delivering.job import Now
    from schemas.records import Command, LaneEntry
    from streams.control import Given
    from streams.lanes.hold_lookup import Known
    from streams.lanes.orders.post import Post

RELEASE = "lanes.release"
DROP = "lanes.drop"
CANCEL = "lanes.cancel"
STATUS, SINCE, COUNTS = "status", "since", "counts"
"""Arguments of a release or a drop: `held` or `dry_run`; on hold up to then, µs; `partition:count`, with blanks."""
DELIVERY, EVENT = "delivery", "event"
"""Arguments of a cancel: its delivery_id, or all of the event with this id; PERSON: theirs alone."""
MOST = 1000
"""At once: they go into one transaction."""
RELEASED, WAITING = "released", "wait for the end of their cancel window"
HELD = "held from now on: a legal hold keeps what they would delete"


class Holding:
    def __init__(self, post: Post) -> None:
        self._post = post
        self._done = Counter[str]()

    def release(self, given: Given, now: Now) -> str | Unfinished:
        if given.command.args[STATUS] == "dry_run" and self._post.core.holds.dry:
            return 'nothing released: the connection is still mode = "dry-run"'
        return self._do(given, now)

    def drop(self, given: Given, now: Now) -> str | Unfinished:
        return self._do(given, now)

    def cancel(self, given: Given, now: Now) -> str:
        args = given.command.args

        def wanted(entry: LaneEntry) -> bool:
            delivery = entry.delivery
            if args.get(PERSON, delivery.pid) != delivery.pid:
                return False
            return args.get(DELIVERY) == delivery.delivery_id or args.get(EVENT) == delivery.event_id

        found = self._post.core.holds.chosen(wanted)
        self._post.core.holds.cancel(found, given.command, now)
        return f"{len(found)} cancelled" if found else "nothing of it waits here"

    def _do(self, given: Given, now: Now) -> str | Unfinished:
        """What was shown and confirmed, and nothing that came later."""
        command, holds = given.command, self._post.core.holds
        args = command.args
        found = holds.chosen(lambda one: one.status == args[STATUS] and one.since <= int(args[SINCE]))
        confirmed = dict(pair.split(":") for pair in args[COUNTS].split()).get(str(self._post.tenure.partition), "0")
        if len(found) > int(confirmed):
            return f"nothing done: {confirmed} were confirmed, {len(found)} are there; look again"
        if command.name == DROP:
            holds.cancel(found[:MOST], command, now)
            return self._told({"dropped": len(found[:MOST])}, more=len(found) > MOST)
        known = self._post.lookup.about(given.offset, found)
        return Unfinished.ASKING if known is None else self._release(command, found, known, now)

    def _release(self, command: Command, found: list[LaneEntry], known: Known, now: Now) -> str | Unfinished:
        """What a legal hold forbids stays on hold; rehearsed deletions are held from now on."""
        holds, (free, kept) = self._post.core.holds, known.sorted(found)
        rehearsed = kept if command.args[STATUS] == "dry_run" else []
        some, held = free[:MOST], rehearsed[: max(0, MOST - len(free))]
        released = holds.release(some, command, now)
        holds.hold_back(held, now)
        more = len(some) + len(held) < len(free) + len(rehearsed)
        done = {RELEASED: released.total() - released["waiting"], WAITING: released["waiting"], HELD: len(held)}
        return self._told(done if more or rehearsed else {**done, KEPT: len(kept)}, more=more)

    def _told(self, done: Mapping[str, int], *, more: bool) -> str | Unfinished:
        """What came of the command, with what came of it in the transactions before."""
        self._done.update(done)
        if more:
            return Unfinished.MORE
        said, self._done = self._done, Counter()
        return ", ".join(f"{count} {word}" for word, count in said.items() if count) or "nothing of it is here"


def family(post: Post) -> Family:
    holding = Holding(post)
    return Family({RELEASE: holding.release, DROP: holding.drop, CANCEL: holding.cancel})
