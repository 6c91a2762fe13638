"""Worker and broker killed and started again in the middle of a run, by a schedule that a seed draws."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from streams.demo.process import READY_LIMIT_S
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streams.demo.events import Sent
    from streams.demo.stage import Stage

KILL, KILL_TWICE = "worker killed", "worker killed, and again while it starts"
BROKER_KILL, BROKER_STOP = "broker killed", "broker stopped"
_ACTS = (KILL, KILL, KILL_TWICE, BROKER_KILL, BROKER_STOP)
_LEAD_S, _AWAY_S, _STARTING_S = (0.5, 2.5), (0.0, 2.0), (1.0, 4.0)
_PARTS, _PART_EVERY_S = 40, 0.1
"""A share of the events takes 4 s at least, and longer than any lead: there is work before and after each act."""
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Act:
    """lead_s: from the act before it until it strikes; away_s: until the part is started again."""

    what: str
    lead_s: float
    away_s: float

    def __str__(self) -> str:
        return f"{self.what} (after {self.lead_s:.1f} s, for {self.away_s:.1f} s)"


@dataclass(frozen=True, slots=True)
class Struck:
    """An act that was done. at_s: since the first event; recovery_s: until work went on; None: it never did."""

    what: str
    at_s: float
    recovery_s: float | None

    def as_json(self) -> dict[str, Any]:
        recovery_s = None if self.recovery_s is None else round(self.recovery_s, 1)
        return {"what": self.what, "at_s": round(self.at_s, 1), "recovery_s": recovery_s}


def draw(seed: int) -> tuple[Act, ...]:
    """The acts in their order; the same for the same seed."""
    rng = Random(f"chaos {seed}")  # noqa: S311 - the same again, not unguessable
    acts = []
    for what in rng.sample(_ACTS, len(_ACTS)):
        away = _STARTING_S if what == KILL_TWICE else _AWAY_S
        acts.append(Act(what, round(rng.uniform(*_LEAD_S), 1), round(rng.uniform(*away), 1)))
    return tuple(acts)


class Chaos:
    """Publishes a share of the events around each act. `say` hears of each; `told` how many the broker has."""

    def __init__(self, stage: Stage, say: Callable[[str], None], told: Callable[[int], None]) -> None:
        self._stage = stage
        self._say = say
        self._told = told
        self._began = time.monotonic()

    async def play(self, acts: Sequence[Act], events: Sequence[Sent]) -> list[Struck]:
        """Do all acts and publish all events.

        Raises:
            RelayError: the worker ended by itself, or nothing can be published or read any more.

        """
        done = []
        share = -(-len(events) // len(acts))
        for number, act in enumerate(acts):
            publishing = asyncio.create_task(self._publish(events[number * share : (number + 1) * share]))
            try:
                done.append(await self._do(act, publishing))
                await publishing
            finally:
                publishing.cancel()
                await asyncio.gather(publishing, return_exceptions=True)
        return done

    async def _publish(self, events: Sequence[Sent]) -> None:
        part = -(-len(events) // _PARTS) or 1
        for start in range(0, len(events), part):
            await self._stage.publish(events[start : start + part], self._told)
            await asyncio.sleep(_PART_EVERY_S)

    async def _do(self, act: Act, publishing: asyncio.Task[None]) -> Struck:
        await asyncio.sleep(act.lead_s)
        at_s = time.monotonic() - self._began
        self._say(f"{at_s:5.1f} s  {act.what}")
        await self._strike(act)
        struck_at = now_micros()  # what is settled while it goes down is no sign of recovery
        began = self._stage.outages[-1].began
        recovery_s = (now_micros() - began) / 1e6 if await self._recovered(struck_at, publishing) else None
        went_on = "no work since" if recovery_s is None else f"work goes on after {recovery_s:.1f} s"
        self._say(f"{time.monotonic() - self._began:5.1f} s  {went_on}")
        return Struck(act.what, at_s, recovery_s)

    async def _strike(self, act: Act) -> None:
        stage = self._stage
        if act.what in {BROKER_KILL, BROKER_STOP}:
            end = stage.broker.kill if act.what == BROKER_KILL else stage.broker.stop
            await stage.interrupt_broker(end, act.away_s)
            return
        await stage.kill_worker()
        if act.what == KILL_TWICE:
            await stage.start_worker()
        await asyncio.sleep(act.away_s)
        if act.what == KILL_TWICE:
            await stage.kill_worker()
        await stage.start_worker()

    async def _recovered(self, since: int, publishing: asyncio.Task[None]) -> bool:
        """Wait until all roles are ready, and something was settled after `since` (µs) or nothing is left."""
        try:
            async with asyncio.timeout(READY_LIMIT_S):
                for worker in self._stage.workers.values():
                    await worker.ready()
                while self._stage.tally.settled_at <= since and not (publishing.done() and self._is_idle()):
                    self._stage.check_alive()
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            return False
        return True

    def _is_idle(self) -> bool:
        return self._stage.tally.is_settled(self._stage.publisher.acknowledged.total())
