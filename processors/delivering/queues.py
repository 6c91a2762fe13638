"""Per person first in, first out; many people side by side; protective instructions before grants."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.records import Action, Delivery


@dataclass(frozen=True, slots=True)
class Job:
    """One delivery in hand. `value`: the record's bytes, for the dead letters."""

    offset: int
    delivery: Delivery
    value: bytes


class Queues:
    """The instructions of one lane partition that wait for their turn."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Job]] = defaultdict(deque)
        self._ready: tuple[deque[str], deque[str]] = (deque(), deque())  # pids: protective head, grant at the head
        self._busy: set[str] = set()

    def add(self, job: Job) -> None:
        pid = job.delivery.pid
        self._waiting[pid].append(job)
        if len(self._waiting[pid]) == 1 and pid not in self._busy:
            self._make_ready(pid)

    def take(self, most: Callable[[Action], int]) -> list[Job]:
        """The next jobs to do in one call: of one action, of different people, at most `most(action)`; maybe none."""
        source = self._ready[0] or self._ready[1]
        if not source:
            return []
        action = self._waiting[source[0]][0].delivery.action
        limit = most(action)
        same = (pid for pid in source if self._waiting[pid][0].delivery.action == action)
        chosen = list(islice(same, limit))
        for pid in chosen:
            source.remove(pid)
        self._busy.update(chosen)
        return [self._waiting[pid].popleft() for pid in chosen]

    def done(self, pid: str) -> None:
        """The person's last instruction is settled and committed: the next one may start."""
        self._busy.discard(pid)
        if self._waiting[pid]:
            self._make_ready(pid)
        else:
            del self._waiting[pid]

    def _make_ready(self, pid: str) -> None:
        self._ready[self._waiting[pid][0].delivery.action == "grant"].append(pid)
