"""Nearly all that is allowed is used, with reservations, restarts and hand-overs, on a clock moved by hand."""

from __future__ import annotations

import heapq
from functools import partial
from typing import TYPE_CHECKING

import pytest
from limits_support import Site

from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.limits.account import Account, Turn
    from processors.limits.reserve import Draft

COMMIT_S = 0.13  # the lane's commit interval and a transaction
LATENCY_S = 0.3
CASES = {
    "seconds": (Window(calls=100, seconds=10),),
    "minutes": (Window(calls=500, seconds=300, lock_s=1800),),
    "both": (Window(calls=20, seconds=10), Window(calls=500, seconds=300)),
    "day": (Window(calls=1200, seconds=86_400),),
    "month": (Window(calls=1100, seconds=31 * 86_400.0),),
}


class Busy:
    """Everybody always has more to call for; each reservation takes a transaction."""

    def __init__(self, windows: tuple[Window, ...], owners: tuple[str, ...]) -> None:
        self.site = Site(windows, len(owners))
        for partition, owner in enumerate(owners):
            self.site.take_over(partition, owner)
        self._writing: set[int] = set()
        self._due: list[tuple[float, int, str, Callable[[], None]]] = []
        self._count = 0

    def run(self, until: float) -> None:
        while self.site.now < until:
            waits = [self._let_go(owner) for owner in sorted(set(self.site.owners.values()))]
            soonest = min(self.site.now + min(waits), self._due[0][0] if self._due else until, until)
            self.site.now = max(self.site.now, soonest)
            while self._due and self._due[0][0] <= self.site.now:
                heapq.heappop(self._due)[-1]()

    def crash(self, owner: str) -> None:
        """The owner starts again, a second later."""
        self._due = [due for due in self._due if due[2] != owner]
        heapq.heapify(self._due)
        self._writing = {p for p in self._writing if self.site.owners[p] != owner}
        self.site.crash(owner, owner)

    def _let_go(self, owner: str) -> float:
        account = self.site.account(owner)
        while turn := account.take("", self.site.now):
            self._at(LATENCY_S, owner, partial(self._answer, account, turn))
        for partition in account.short - self._writing:
            account.short.discard(partition)
            if made := self.site.reserve(partition):
                self._writing.add(partition)
                self._at(COMMIT_S, owner, partial(self._committed, partition, made))
        return account.wait_s("", self.site.now)

    def _at(self, seconds: float, owner: str, what: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._due, (self.site.now + seconds, self._count, owner, what))

    def _answer(self, account: Account, turn: Turn) -> None:
        account.done(turn, self.site.now)
        self.site.seen.append((turn.at, ""))

    def _committed(self, partition: int, made: Draft) -> None:
        made.committed()
        self._writing.discard(partition)


def use(busy: Busy, window: Window, since: float, windows: float) -> float:
    """Calls that the vendor saw in so many windows, of those that it would have taken."""
    seen = sum(since <= at < since + windows * window.seconds for at, _ in busy.site.seen)
    return seen / (window.calls * windows)


@pytest.mark.parametrize("owners", [("a",) * 4, ("a", "a", "a", "b")])
@pytest.mark.parametrize("name", CASES)
def test_a_busy_lane_uses_nearly_all_of_the_limit_and_no_more(name: str, owners: tuple[str, ...]) -> None:
    busy, window = Busy(CASES[name], owners), CASES[name][-1]
    busy.run(5 * window.seconds)
    busy.site.check()
    assert use(busy, window, window.seconds, 4) >= 0.95
    assert use(busy, window, 0, 1) >= 0.99, "a new lane starts with a full bucket"


@pytest.mark.parametrize("name", ["minutes", "both", "day", "month"])
def test_a_kill_costs_little_and_doubles_nothing(name: str) -> None:
    busy, window = Busy(CASES[name], ("a",) * 4), CASES[name][-1]
    for part in (0.4, 1.3, 2.2, 3.5):
        busy.run(part * window.seconds)
        busy.crash("a")
    busy.run(5 * window.seconds)
    busy.site.check()
    assert use(busy, window, window.seconds, 4) >= 0.93


def test_a_share_that_moves_to_and_fro_takes_its_use_along() -> None:
    busy, window = Busy(CASES["minutes"], ("a",) * 4), CASES["minutes"][0]
    for turn in range(10):
        busy.run((turn + 1) * 0.4 * window.seconds)
        busy.site.hand_over(turn % 4, "ab"[turn % 2])
        busy._writing.discard(turn % 4)
    busy.site.check()
    assert use(busy, window, window.seconds, 3) >= 0.95
