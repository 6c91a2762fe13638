"""All windows of one connection: when the next call may go, and what it is counted under."""

from __future__ import annotations

from collections import Counter as Tally
from collections import defaultdict
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from processors.limits.brake import Brake
from processors.limits.shares import POOL, parts
from processors.limits.use import Part, Slot, Use

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemas.windows import Window

Counter = tuple[int, str]
"""Number of the window, name of the API (or `*`)."""


@dataclass(slots=True)
class Share:
    """What one partition has used.

    spent: number of a window → for an API without a use, all that it may counts as used then: nobody knows better.
    reserved: windows (by number) in which calls must be reserved ahead. news: there is something to write anyway.
    """

    uses: dict[Counter, Use] = field(default_factory=dict)
    spent: dict[int, float] = field(default_factory=dict)
    reserved: frozenset[int] = frozenset()
    news: bool = False


class Turn(NamedTuple):
    """One call that may go. charged: where it is counted."""

    api: str
    at: float
    charged: tuple[tuple[Use, Part], ...]


class Account:
    """`now` is s of a clock that never goes back. Holds no partition at first: nothing may go.

    concurrency: so many calls at the same time.
    """

    def __init__(self, windows: Sequence[Window], concurrency: float = inf) -> None:
        self.windows = tuple(windows)
        self._room = concurrency
        self.brakes: dict[str, Brake] = defaultdict(Brake)
        self.shares: dict[int, Share] = {}
        self.total = 1
        self.short: set[int] = set()
        """Partitions that should reserve calls."""
        self._pool: Share | None = None
        self._known: dict[str, tuple[Counter, ...]] = {}
        self._parts: list[dict[int, Part]] = [{} for _ in self.windows]

    @property
    def held(self) -> float:
        """Which part of everything is in our hands, 0 to 1."""
        return len(self.shares) / self.total

    @property
    def has_room(self) -> bool:
        """Whether one more call may be under way at all."""
        return bool(self.shares) and self._room >= 1

    def hold(self, partition: int, total: int, share: Share) -> None:
        """Use this partition's part of the windows, one of `total`, from now on."""
        self.shares[partition], self.total = share, total
        if self._pool is None:
            self._pool = Share(spent=dict(share.spent))
        self._share_out()

    def release(self, partition: int) -> None:
        self.shares.pop(partition, None)
        self.short.discard(partition)
        self._share_out()

    def tell_all(self) -> None:
        """Each partition's record should say what is new, whatever else it has to say."""
        for share in self.shares.values():
            share.news = True
        self.short.update(self.shares)

    def wait_s(self, api: str, now: float) -> float:
        """For how long no call of this API may go; inf: until an answer, a reservation or a partition comes."""
        if not self.has_room:
            return inf
        waits = [self._best(number, name, now)[0] for number, name in self._counters(api)]
        return max([self.brakes[api].wait_s(now), *waits])

    def take(self, api: str, now: float) -> Turn | None:
        """Count a call that goes now; None: it may not yet."""
        if not self.has_room or self.brakes[api].wait_s(now) > 0:
            return None
        found = [self._best(number, name, now) for number, name in self._counters(api)]
        if any(best[0] for best in found):
            return None
        charged = []
        for _, partition, use, part in found:
            use.take()
            charged.append((use, part))
            if use.is_short(part):
                self.short.add(partition)
        self.brakes[api].take(now)
        self._room -= 1
        return Turn(api, now, tuple(charged))

    def done(self, turn: Turn, now: float) -> None:
        """The call was answered, or is given up."""
        for use, part in turn.charged:
            use.done(part, now)
        self.brakes[turn.api].done()
        self._room += 1

    def use(self, now: float) -> Iterator[tuple[Window, float]]:
        """How much of our part of each window is used, 0 to 1, by the API that has used most."""
        for number, (window, mine) in enumerate(zip(self.windows, self._parts, strict=True)):
            used: Tally[str] = Tally()
            for partition, part in mine.items():
                for (at, name), use in self._of(partition).uses.items():
                    used[name] += use.used(part, now) if at == number else 0
            calls = sum(part.calls for part in mine.values())
            yield window, min(1.0, max(used.values(), default=0) / calls) if calls else 0.0

    def part(self, partition: int, number: int) -> Part | None:
        """This partition's part of a window; None where a worker's partitions have it in common."""
        return self._parts[number].get(partition)

    def _share_out(self) -> None:
        self._parts = [parts(window, self.shares, self.total) for window in self.windows]

    def _counters(self, api: str) -> tuple[Counter, ...]:
        """Where a call of this API counts."""
        known = self._known.get(api)
        if known is None:
            windows = enumerate(self.windows)
            known = tuple((number, window.counter(api)) for number, window in windows if window.covers(api))
            self._known[api] = known
        return known

    def _best(self, number: int, name: str, now: float) -> tuple[float, int, Use, Part]:
        """The partition whose part of the window has room first."""
        best: tuple[float, int, Use, Part] | None = None
        for partition, part in self._parts[number].items():
            use = self._use(partition, number, name, part)
            wait = use.wait_s(part, now)
            if wait == inf and use.ahead <= 0:
                self.short.add(partition)
            if best is None or wait < best[0]:
                best = (wait, partition, use, part)
            if not wait:
                break
        return best or (inf, POOL, Use(), Part(0, self.windows[number].seconds))

    def _of(self, partition: int) -> Share:
        share = self._pool if partition == POOL else self.shares[partition]
        assert share is not None  # noqa: S101 - parts are shared out among what is held
        return share

    def _use(self, partition: int, number: int, name: str, part: Part) -> Use:
        share = self._of(partition)
        use = share.uses.get((number, name))
        if use is None:
            use = Use(ahead=0 if number in share.reserved else inf)
            if number in share.spent:
                use.add(Slot(share.spent[number], share.spent[number], part.calls), part)
            share.uses[number, name] = use
        return use
