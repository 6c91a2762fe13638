"""The router's flood guard at work on one partition: what it holds back, its marks in the state, `router resume`."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from processors.flood import Limits
from processors.routing.guard import Guard
from processors.routing.incoming import Routed
from streams import topics
from streams.control import ROUTER, UNKNOWN, Control, told
from streams.outbox import Out
from streams.ownership.tenure import CONTROL_KEY, now_micros
from streams.status import Status
from streams.wire import audit_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from schemas.records import Command
    from streams.control import Given
    from streams.ownership.tenure import Tenure

log = structlog.get_logger()
RESUME = "router.resume"
_OFFSET = re.compile("[0-9]{1,18}")
FLOOD_KEY = b"!flood"
"""The router halted before this offset, having seen the records up to the settled one."""
ARMED_KEY = b"!armed"
"""Records below this offset pass whatever they are: somebody said so."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What all partitions of a worker's router share. hold_s: so long a rejected record waits for the next one, s."""

    limits: Limits = field(default_factory=Limits)
    hold_s: float = 1.0
    status: Status = field(default_factory=Status)
    control: Control = field(default_factory=Control)
    clock: Callable[[], float] = time.monotonic


def resumed_until(command: Command, partition: int) -> int | None:
    """Up to which offset the guard is off for a partition; None: the command is another one, or not for it."""
    text = command.args.get(str(partition), "") if command.name == RESUME else ""
    return int(text) if _OFFSET.fullmatch(text) else None


class Floodgate:
    """One per tenure: what the router writes because of a record goes through here before it is committed.

    passed: hears of every record that goes into the next transaction.
    """

    def __init__(self, watch: Watch, tenure: Tenure, passed: Callable[[Routed], None]) -> None:
        flood, armed = tenure.marked(FLOOD_KEY), tenure.marked(ARMED_KEY)
        looked = tenure.marked(CONTROL_KEY)
        self._watch = watch
        self._tenure = tenure
        self._passed = passed
        self._armed_from = armed.offset if armed else 0
        self._marked = flood.offset if flood else -1
        wary_to = flood.settled[0] if flood and flood.settled and flood.offset == tenure.start else None
        self._guard = Guard[tuple[Routed, list[Out]]](watch.limits, armed_from=self._armed_from, wary_to=wary_to)
        self._looked = looked.offset if looked else 0
        self._quiet_from = 0.0
        self._told = ""

    @property
    def halted(self) -> bool:
        return bool(self._guard.flood)

    @property
    def first(self) -> int | None:
        """Offset of the first record that is held back."""
        return self._guard.first

    @property
    def patience_s(self) -> float | None:
        """So long at most it may wait for whatever comes next, s; None: for ever."""
        return None if self.halted or self.first is None else self._watch.hold_s

    def take(self, offset: int, routed: Routed, outs: list[Out]) -> list[Out]:
        """What may be committed now; not to be called when halted."""
        if self._guard.waves_on(offset, routed):
            self._passed(routed)
            return outs
        if routed.dead_letter is not None:
            self._quiet_from = self._watch.clock() + self._watch.hold_s
        may_be_held = routed.dead_letter is not None or routed.home is not None
        size = sum(out.size for out in outs) if may_be_held else 0
        return self._outs(self._guard.take(offset, routed, (routed, outs), size))

    async def is_over(self) -> bool:
        """Whether nothing comes after what is held back: there is nothing to read, and hasn't been for a moment."""
        return self._watch.clock() >= self._quiet_from and await self._tenure.at_end()

    def release(self) -> list[Out]:
        return self._outs(self._guard.release())

    def command(self) -> Given | None:
        """The next command that wasn't looked at."""
        return self._watch.control.next(ROUTER, self._looked)

    def passes(self, given: Given) -> Out:
        """It is not about floods: whoever carries it out commits this mark with what that one does."""
        self._looked = given.offset + 1
        return self._tenure.mark(CONTROL_KEY, self._looked)

    def obey(self, given: Given) -> list[Out]:
        """What is to be committed because of a command: nothing, if it isn't for this partition."""
        self._looked = given.offset + 1
        looked = self._tenure.mark(CONTROL_KEY, self._looked)
        if given.command.name != RESUME:
            log.warning("command_not_carried_out", offset=given.offset, role=ROUTER, partition=self._tenure.partition)
            return [self._audit(given, UNKNOWN), looked]
        until = resumed_until(given.command, self._tenure.partition)
        if until is None:
            return []
        self._armed_from = max(self._armed_from, until)
        detail = f"flood guard off below {topics.EVENTS}[{self._tenure.partition}]@{until}"
        armed = self._tenure.mark(ARMED_KEY, self._armed_from)
        return [*self._outs(self._guard.resume(until)), self._audit(given, detail), looked, armed]

    def tell(self) -> None:
        """Say that the partition halts, or goes on; called when that is committed."""
        if self._told == self._guard.flood:
            return
        self._told = self._guard.flood
        if self._told:
            self._watch.status.halt(ROUTER, self._tenure.partition, "flood", self._text())
        else:
            self._watch.status.clear(ROUTER, self._tenure.partition)

    def _outs(self, passed: Sequence[tuple[Routed, list[Out]]]) -> list[Out]:
        """What passed the guard, and where it halted if it did."""
        for routed, _ in passed:
            self._passed(routed)
        written = [out for _, outs in passed for out in outs]
        first = self._guard.first
        if self.halted and first is not None and first != self._marked:
            self._marked = first
            written.append(self._tenure.mark(FLOOD_KEY, first, self._guard.halted_at))
        return written

    def _text(self) -> str:
        partition = self._tenure.partition
        return (
            f"{self._told}. {topics.EVENTS}[{partition}] stands before offset {self._guard.first}, and nothing from "
            "there on was written. What to do: if this relay or its configuration is wrong, mend it and restart the "
            "worker, which then goes on by itself; if the records are, let them go to the dead letters: "
            f"consent-relay router resume --partition {partition} --reason ..."
        )

    def _audit(self, given: Given, detail: str) -> Out:
        partition = self._tenure.partition
        return audit_out(told(given, ROUTER, partition, detail, now_micros()), partition)
