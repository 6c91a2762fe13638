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


class Place(NamedTuple):
    """Where a call can be counted: the use of a partition's part of a window."""

    partition: int
    use: Use
    part: Part


class Turn(NamedTuple):
    """One call that may go. charged: where it is counted."""

    api: str
    at: float
    charged: Sequence[Place]


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
        self._last: dict[Counter, Place] = {}  # which had room for the last call

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
        waits = [self._best(counter, now)[0] for counter in self._counters(api)]
        return max([self.brakes[api].wait_s(now), *waits])

    def take(self, api: str, now: float) -> Turn | None:
        """Count a call that goes now; None: it may not yet."""
        brake = self.brakes[api]
        if not self.has_room or brake.wait_s(now) > 0:
            return None
        counters = self._counters(api)
        charged = [place for counter in counters if (place := self._free(counter, now))]
        if len(charged) < len(counters):
            return None
        for partition, use, part in charged:
            use.take()
            if use.is_short(part):
                self.short.add(partition)
        brake.take(now)
        self._room -= 1
        return Turn(api, now, charged)

    def done(self, turn: Turn, now: float) -> None:
        """The call was answered, or is given up."""
        for place in turn.charged:
            place.use.done(place.part, now)
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
        self._last.clear()

    def _counters(self, api: str) -> tuple[Counter, ...]:
        """Where a call of this API counts."""
        known = self._known.get(api)
        if known is None:
            windows = enumerate(self.windows)
            known = tuple((number, window.counter(api)) for number, window in windows if window.covers(api))
            self._known[api] = known
        return known

    def _free(self, counter: Counter, now: float) -> Place | None:
        """Where there is room: mostly where the last call found it."""
        place = self._last.get(counter)
        if place is None or place.use.wait_s(place.part, now) > 0:
            wait, place = self._best(counter, now)
            if wait > 0:
                return None
            self._last[counter] = place
        return place

    def _best(self, counter: Counter, now: float) -> tuple[float, Place]:
        """The partition whose part of the window has room first, and when."""
        best: tuple[float, Place] | None = None
        for partition, part in self._parts[counter[0]].items():
            use = self._use(partition, counter, part)
            wait = use.wait_s(part, now)
            if wait == inf and use.ahead <= 0:
                self.short.add(partition)
            if best is None or wait < best[0]:
                best = (wait, Place(partition, use, part))
            if not wait:
                break
        return best or (inf, Place(POOL, Use(), Part(0, self.windows[counter[0]].seconds)))

    def _of(self, partition: int) -> Share:
        share = self._pool if partition == POOL else self.shares[partition]
        assert share is not None  # noqa: S101 - parts are shared out among what is held
        return share

    def _use(self, partition: int, counter: Counter, part: Part) -> Use:
        share, number = self._of(partition), counter[0]
        use = share.uses.get(counter)
        if use is None:
            use = Use(ahead=0 if number in share.reserved else inf)
            if number in share.spent:
                use.add(Slot(share.spent[number], share.spent[number], part.calls), part)
            share.uses[counter] = use
        return use
