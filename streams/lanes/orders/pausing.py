"""`lanes pause|resume`: a mark in the lane state, there while the partition is paused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.delivering.job import Now
    from streams.control import Given
    from streams.lanes.orders.post import Act, Post

log = structlog.get_logger()
PAUSE = "lanes.pause"
RESUME = "lanes.resume"
PAUSED_KEY = b"!paused"
"""There while the partition is paused; its offset is that of the command in `consent.control`."""


class Pausing:
    def __init__(self, post: Post) -> None:
        self._post = post
        post.core.paused = post.tenure.marked(PAUSED_KEY) is not None
        self._tell()

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
        self._post.outs.append(self._post.tenure.drop(PAUSED_KEY))
        self._tell()
        return "goes on"

    def _tell(self) -> None:
        bench, partition, paused = self._post.bench, self._post.tenure.partition, self._post.core.paused
        bench.status.pause(bench.role, partition, paused=paused)
        if paused:
            log.warning("lane_paused", lane=bench.name, partition=partition)


def acts(post: Post) -> Mapping[str, Act]:
    pausing = Pausing(post)
    return {PAUSE: pausing.pause, RESUME: pausing.resume}
