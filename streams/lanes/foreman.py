"""What operators want of one lane partition: found in `consent.control`, carried out once, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from schemas.codec import encode
from streams.control import told
from streams.ownership.tenure import CONTROL_KEY
from streams.wire import audit_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from processors.delivering.core import Core
    from processors.delivering.job import Now
    from streams.control import Given
    from streams.lanes.bench import Bench
    from streams.outbox import Out
    from streams.ownership.tenure import Tenure

log = structlog.get_logger()
PAUSE = "lanes.pause"
RESUME = "lanes.resume"
REDRIVE = "dead-letters.redrive"
DELIVERY = "delivery"
"""Argument of a redrive: only the delivery with this id."""
PAUSED_KEY = b"!paused"
"""There while the partition is paused; its offset is that of the command in `consent.control`."""
MOST_BYTES = 64 * 1024
"""Of a command: its reason goes into audit records, which must fit into their topic."""


class Foreman:
    """For one tenure. The core does at once what is wanted; what `outs` gives must be in the next transaction."""

    def __init__(self, bench: Bench, core: Core, tenure: Tenure) -> None:
        looked = tenure.marked(CONTROL_KEY)
        self._bench = bench
        self._core = core
        self._tenure = tenure
        self._looked = looked.offset if looked else 0
        self._outs: list[Out] = []
        self._core.paused = tenure.marked(PAUSED_KEY) is not None
        self._tell()

    def look(self, now: Now) -> bool:
        """Carry out what has been given since; whether anything was."""
        before = self._looked
        while given := self._bench.control.next(self._bench.role, self._looked):
            self._looked = given.offset + 1
            self._obey(given, now)
        return self._looked != before

    def outs(self) -> list[Out]:
        """Marks and audit of what was carried out."""
        outs, self._outs = self._outs, []
        return outs

    def _obey(self, given: Given, now: Now) -> None:
        command, partition = given.command, self._tenure.partition
        acts: Mapping[str, Callable[[Given, Now], str]]
        acts = {PAUSE: self._pause, RESUME: self._resume, REDRIVE: self._redrive}
        act = acts.get(command.name)
        facts = {"lane": self._bench.name, "partition": partition, "command_id": command.command_id}
        if act is None:
            log.warning("command_unknown", **facts)
            return
        if len(encode(command)) > MOST_BYTES:
            log.error("alarm", alarm="command_oversize", **facts)
            return
        detail = act(given, now)
        self._outs += [
            audit_out(told(given, self._bench.role, partition, detail, now.wall), partition),
            self._tenure.mark(CONTROL_KEY, self._looked),
        ]
        log.warning("command_carried_out", command=command.name, detail=detail, **facts)

    def _pause(self, given: Given, _now: Now) -> str:
        if self._core.paused:
            return "was paused already"
        self._core.paused = True
        self._outs.append(self._tenure.mark(PAUSED_KEY, given.offset))
        self._tell()
        return "paused"

    def _resume(self, _given: Given, _now: Now) -> str:
        if not self._core.paused:
            return "was not paused"
        self._core.paused = False
        self._outs.append(self._tenure.drop(PAUSED_KEY))
        self._tell()
        return "goes on"

    def _redrive(self, given: Given, now: Now) -> str:
        told = self._core.redrive(given.command, given.command.args.get(DELIVERY), now)
        parts = [
            told.begun and f"{told.begun} sent once more",
            told.overtaken and f"{told.overtaken} overtaken by newer instructions",
            told.left and f"{told.left} left for the next time: there is no room for more",
        ]
        return ", ".join(part for part in parts if part) or "nothing of it is failed here"

    def _tell(self) -> None:
        self._bench.status.pause(self._bench.role, self._tenure.partition, paused=self._core.paused)
        if self._core.paused:
            log.warning("lane_paused", lane=self._bench.name, partition=self._tenure.partition)
