"""What a vendor has taken in and does later, in the order in which it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.sandbox.clock import Clock


class Later:
    """`takes_s`: so long after it was taken in it is done, s; it is done when somebody looks."""

    def __init__(self, clock: Clock, takes_s: float = 0.0) -> None:
        self.takes_s = takes_s
        self._clock = clock
        self._acts: list[tuple[float, Callable[[], None]]] = []

    def put(self, act: Callable[[], None]) -> None:
        self._acts.append((self._clock() + self.takes_s, act))
        self.settle()

    def settle(self) -> None:
        """Do what is due by now."""
        now = self._clock()
        due = [act for at, act in self._acts if at <= now]
        self._acts = [(at, act) for at, act in self._acts if at > now]
        for act in due:
            act()

    def clear(self) -> None:
        self._acts.clear()
