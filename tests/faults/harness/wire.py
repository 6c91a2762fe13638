"""What went over the wire to one vendor, refused or not, and what is to happen at the very moment of an answer."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.blows import was_killed

from infra.sandbox import Fault
from schemas.times import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cluster import Cluster

    from infra.sandbox.vendor import Call

TOO_FAST = 429


@dataclass(frozen=True, slots=True)
class Heard:
    """status: 0 where the connection was broken off without an answer; left: when the answer went out, Unix s."""

    call: Call
    status: int
    left: float


class Wire:
    """Listens to a connection's vendor."""

    def __init__(self, cluster: Cluster, lane: str) -> None:
        self._cluster = cluster
        self._lane = lane
        self._trap: tuple[str, str] | None = None
        self.heard: list[Heard] = []
        self._arm = cluster.sandboxes[lane].arm
        self.engine = cluster.sandboxes[lane].engines[cluster.accounts[lane].adapter]
        self.engine.told = self._hear

    async def kill_at_reset(self, verb: str, worker: str, within_s: float) -> bool:
        """Kill the worker when a call's change is applied and the connection about to be reset; False: none was.

        One such call is reset in any case: shares of few calls are none for some seeds.
        """
        self._trap = verb, worker
        self._arm(Fault(kind="reset", verb=verb, times=1))
        async with self._cluster.fault("kill", worker):
            if not await self._cluster.wait(lambda: self._trap is None, within_s):
                return False
            killed = self._cluster.workers.pop(worker)
            await killed.kill()
        await was_killed(killed)
        return True

    def count(self) -> Counter[int]:
        """How many answers had which status."""
        return Counter(one.status for one in self.heard)

    def note_waits(self) -> None:
        """In `faults.jsonl`, when the vendor asked to wait."""
        for one in self.heard:
            if one.status == TOO_FAST:
                span = {"at": round(one.call.at * SECOND), "until": round(one.left * SECOND)}
                self._cluster.run.note("faults.jsonl", {**span, "what": str(TOO_FAST), "whom": self._lane})

    def __iter__(self) -> Iterator[Heard]:
        return iter(self.heard)

    def __len__(self) -> int:
        return len(self.heard)

    def _hear(self, call: Call, status: int) -> None:
        self.heard.append(Heard(call, status, time.time()))
        if self._trap and not status and self._trap[0] == call.verb:
            os.kill(self._cluster.workers[self._trap[1]].pid, signal.SIGKILL)
            self._trap = None
