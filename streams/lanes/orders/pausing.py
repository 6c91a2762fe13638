"""`lanes pause|resume`: a mark in the lane state, there while the partition is paused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from streams.lanes.orders.post import Family

if TYPE_CHECKING:
    from processors.delivering.job import Now
    from streams.control import Given
    from streams.lanes.orders.post import Post

log = structlog.get_logger()
PAUSE = "lanes.pause"
RESUME = "lanes.resume"
PAUSED_KEY = b"!paused"
"""There while the partition is paused; its offset is that of the command in `consent.control`, or BY_GUARD."""
BY_GUARD = -1
"""The lane has paused itself."""
FLOOD = "flood"
REMEDY = (
    "The lane has paused itself, so that not everybody is dead-lettered. What to do: see at the vendor or in the "
    "adapter why, mend it, then `consent-relay lanes resume {lane} --reason ...`; what has failed already goes out "
    "once more by `consent-relay dead-letters redrive --lane {lane} --reason ...`"
)


class Pausing:
    def __init__(self, post: Post) -> None:
        self._post = post
        mark = post.tenure.marked(PAUSED_KEY)
        post.core.paused = mark is not None
        self._flood = mark is not None and mark.offset == BY_GUARD
        self._tell("before this worker took it over, it refused everybody; see the alarm of that time")

    def pause(self, given: Given, _now: Now) -> str:
        if self._post.core.paused:
            return "was paused already"
        self._post.core.paused = True
        self._post.outs.append(self._post.tenure.mark(PAUSED_KEY, given.offset))
        self._tell()
        return "paused"

    def resume(self, _given: Given, _now: Now) -> str:
        if not self._post.core.paused:
            return "was not paused"
        self._post.core.paused = False
        self._post.core.guard.resume()
        if self._flood:
            self._flood = False
            self._post.bench.status.clear(self._post.bench.role, self._post.tenure.partition)
        self._post.outs.append(self._post.tenure.drop(PAUSED_KEY))
        self._tell()
        return "goes on"

    def guard(self, _now: Now) -> bool:
        """Pause by itself when everybody is refused."""
        core, tenure = self._post.core, self._post.tenure
        if self._flood or not core.guard.flood:
            return False
        self._flood = core.paused = True
        self._post.outs.append(tenure.mark(PAUSED_KEY, BY_GUARD))
        log.error("alarm", alarm="lane_flood", lane=self._post.bench.name, partition=tenure.partition)
        self._tell(core.guard.flood)
        return True

    def _tell(self, why: str = "") -> None:
        bench, partition, paused = self._post.bench, self._post.tenure.partition, self._post.core.paused
        bench.status.pause(bench.role, partition, paused=paused)
        if self._flood:
            bench.status.halt(bench.role, partition, FLOOD, f"{why}. {REMEDY.format(lane=bench.name)}")
        if paused:
            log.warning("lane_paused", lane=bench.name, partition=partition)


def family(post: Post) -> Family:
    pausing = Pausing(post)
    return Family({PAUSE: pausing.pause, RESUME: pausing.resume}, watch=pausing.guard)
