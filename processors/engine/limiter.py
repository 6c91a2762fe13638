"""Lets calls go as soon as the limits allow it, first come, first served; processors/limits decides."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from processors.limits.account import Account
from processors.limits.reserve import KEPT_FROM_S, Draft, Now, close, draft, holds, restored

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from processors.engine.clock import Clock
    from processors.limits.account import Turn
    from processors.limits.headers import Left
    from schemas.quota import Quota
    from schemas.windows import Window

_SHORTEST_SLEEP_S = 0.001


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says about the limits: it was too much, wait so many s, so many calls are left."""

    too_fast: bool = False
    wait_s: float = 0.0
    left: Left | None = None


class Queued(NamedTuple):
    """Who waits for a turn. number: who asked earlier has a lower one."""

    number: int
    turn: asyncio.Future[Turn]


class Limiter:
    """The limits of one connection in this process. Nothing goes until a partition is held.

    concurrency: so many calls are under way at the same time; who waits for his turn is none of them.
    """

    def __init__(self, windows: Sequence[Window], concurrency: float, clock: Clock) -> None:
        self._account = Account(windows, concurrency)
        self._clock = clock
        self._waiting: dict[str, deque[Queued]] = {}  # by API; none of the queues is empty
        self._asked = 0
        self._timer: asyncio.Task[None] | None = None
        self._wake: dict[int, Callable[[], None]] = {}
        self._writing: set[int] = set()
        self.turns = 0
        """How many began and ended: while calls stand in line for each other this goes on."""

    @property
    def holds_back(self) -> bool:
        """Whether somebody waits for a time to come: for room in a window, or as long as the vendor wants."""
        return self._timer is not None

    @property
    def windows(self) -> Sequence[Window]:
        return self._account.windows

    def use(self) -> Iterator[tuple[Window, float]]:
        """How much of our part of each window is used, 0 to 1, by the API that has used most."""
        return self._account.use(self._clock.steady())

    def hold(
        self,
        partition: int,
        total: int,
        quota: Quota | None = None,
        *,
        late_s: float = 0.0,
        new: bool = False,
        clean: bool = False,
        unwritten: bool = False,
        wake: Callable[[], None] | None = None,
    ) -> None:
        """Use the part of one of `total` partitions, as its last owner left it; the rest is as for `restored`.

        unwritten: there is no record yet, so one is to be written even if nobody is called.
        wake: called when this partition should write what `draft` says; None: it is never written, nor asked for.
        """
        now = self.now()
        share = restored(self.windows, quota, now, late_s=late_s, new=new, clean=clean)
        share.news = share.news or unwritten
        if wake is None:
            share.reserved = frozenset()
        else:
            self._wake[partition] = wake
        self._account.hold(partition, total, share)
        for api, seconds in holds(quota, now):
            self._account.brakes[api].hold(now.steady, seconds)
        self._let_go()

    def release(self, partition: int) -> None:
        self._account.release(partition)
        self._wake.pop(partition, None)
        self._writing.discard(partition)
        self._let_go()

    def draft(self, partition: int) -> Draft | None:
        """What to commit for this partition, if there is anything; then comes `committed`."""
        self._account.short.discard(partition)
        made = draft(self._account, partition, self.now())
        if made:
            self._writing.add(partition)
        return made

    def committed(self, partition: int, made: Draft) -> None:
        self._writing.discard(partition)
        made.committed()
        self._let_go()

    def close(self, partition: int) -> Quota:
        """What to commit last for this partition."""
        return close(self._account, partition, self.now())

    async def turn(self, api: str = "") -> Passage:
        """Wait for a call's turn; inside of what this gives, it is under way."""
        future: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        self._asked += 1
        queue = self._waiting.setdefault(api, deque())
        queue.append(Queued(self._asked, future))
        if len(queue) == 1:  # else it isn't even the turn of those before
            self._let_go()
        try:
            return Passage(self, await future)
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():  # its turn came at the same moment
                self._account.done(future.result(), self._clock.steady())
            self._let_go()
            raise

    def done(self, turn: Turn) -> None:
        """A call has been answered, or is given up."""
        self.turns += 1
        now = self._clock.steady()
        self._account.done(turn, now)
        self._let_go(now)

    def _let_go(self, now: float | None = None) -> None:
        """Whose turn is it? Nobody passes one who waits for the same API."""
        now, waits = self._clock.steady() if now is None else now, dict[str, float]()
        while self._account.has_room and (api := self._first(waits)) is not None:
            if turn := self._account.take(api, now):
                self._waiting[api].popleft().turn.set_result(turn)
                self.turns += 1
            else:
                waits[api] = self._account.wait_s(api, now)
        if self._account.short:
            for partition in self._account.short - self._writing:
                if partition in self._wake:
                    self._wake[partition]()
        if waits or self._timer is not None:
            self._sleep(min(waits.values(), default=inf))

    def _first(self, held_up: Collection[str]) -> str | None:
        """The API for which the first of all waits that no limit holds up."""
        first, lowest = None, inf
        for api, queue in list(self._waiting.items()):
            while queue and queue[0].turn.done():  # cancelled
                queue.popleft()
            if not queue:
                del self._waiting[api]
            elif queue[0].number < lowest and api not in held_up:
                first, lowest = api, queue[0].number
        return first

    def _sleep(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds < inf:
            self._timer = asyncio.get_running_loop().create_task(self._later(max(seconds, _SHORTEST_SLEEP_S)))

    async def _later(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._timer = None
        self._let_go()

    def hear(self, turn: Turn, told: Told) -> None:
        """What the answer to a call says."""
        now, brake = self._clock.steady(), self._account.brakes[turn.api]
        if told.left is not None:
            brake.left(now, int(told.left.calls * self._account.held), told.left.seconds)
        if told.too_fast:
            brake.too_fast(now, turn.at)
        locks = (window.lock_s for window in self.windows if window.covers(turn.api))
        wait_s = told.wait_s or (max(locks, default=0.0) if told.too_fast else 0.0)
        brake.hold(now, wait_s)
        if wait_s > KEPT_FROM_S:
            self._account.tell_all()

    def now(self) -> Now:
        return Now(self._clock.steady(), self._clock.wall())


class Passage:
    """A `with` around one call whose turn has come. Gives the function to tell what the answer says."""

    def __init__(self, limiter: Limiter, turn: Turn) -> None:
        self._limiter = limiter
        self._turn = turn

    def __enter__(self) -> Callable[[Told], None]:
        return self._tell

    def __exit__(self, *_: object) -> None:
        self._limiter.done(self._turn)

    def _tell(self, told: Told) -> None:
        self._limiter.hear(self._turn, told)
