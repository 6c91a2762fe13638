"""The demo's stream of events: stories in the order in which they arrive, with all that goes wrong on the way.

Of all records 5 % come after a later choice of the same person, 2 % are repeats, 1 % are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from schemas.codec import encode
from schemas.times import DAY, SECOND
from streams.demo.stories import DELETION, GRANT, by_person
from streams.demo.wrong import REUSED_ID, WRONG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streams.demo.stories import Choice, Teller


REFUSED = "refused"
SHARES = {"late": 0.05, "repeat": 0.02, REFUSED: 0.01, "bad clock": 0.005, "astray": 0.01}
MOST_BETWEEN = 20
"""So many later choices may come before a repeat: the relay knows a person's last 32 events, older ones anew."""
_OFF = (36_500 * DAY, -36_500 * DAY)


@dataclass(frozen=True, slots=True)
class Sent:
    """One record for `consent.events`, in the partition of `subject_id`; if `astray`, in another one, without a key.

    what: the word of the stories; quirk: `late`, `repeat`, `bad clock`, `astray`, what is wrong with it, or nothing.
    """

    subject_id: str
    value: bytes | None
    what: str
    quirk: str = ""

    @property
    def astray(self) -> bool:
        return self.quirk == "astray"


def make_events(count: int, now: int, teller: Teller) -> list[Sent]:
    """`count` records in the order of their arrival; the same for a teller of the same seed and `now` (µs)."""
    refused, repeated = _share(count, REFUSED), _share(count, "repeat")
    line = _Line(list(teller.tell(count - refused - repeated, now)), teller)
    line.delay(_share(count, "late"))
    line.spoil_clocks(max(1, _share(count, "bad clock")))
    line.repeat(repeated, now)
    line.refuse(refused)
    line.lead_astray(_share(count, "astray"))
    return line.in_order()


def make_play(count: int, now: int, tellers: Sequence[Teller]) -> list[Sent]:
    """`count` records of several tellers, the same from each, as they arrive side by side."""
    shares = [count // len(tellers) + (number < count % len(tellers)) for number in range(len(tellers))]
    lines = [make_events(share, now, teller) for share, teller in zip(shares, tellers, strict=True)]
    placed = [(place / len(line), sent) for line in lines for place, sent in enumerate(line)]
    return [sent for _, sent in sorted(placed, key=lambda pair: pair[0])]


def _share(count: int, quirk: str) -> int:
    return round(count * SHARES[quirk])


class _Line:
    """Records with their places in the queue. A choice has at most one quirk, so that each can be counted."""

    def __init__(self, choices: Sequence[Choice], teller: Teller) -> None:
        self._choices = choices
        self._teller = teller
        self._rng = teller.rng
        self._places = [float(place) for place in range(len(choices))]
        self._quirks: dict[int, str] = {}
        self._events = [choice.event for choice in choices]
        self._people = by_person(choices)
        self._free = set(range(len(teller.cast.special), len(choices)))
        self._more: list[tuple[float, Sent]] = []

    def in_order(self) -> list[Sent]:
        mine = []
        for number, event in enumerate(self._events):
            quirk = self._quirks.get(number, "")
            sent = Sent(event.subject_id, encode(event), self._choices[number].what, quirk)
            mine.append((self._places[number], sent))
        return [sent for _, sent in sorted(mine + self._more, key=lambda pair: pair[0])]

    def delay(self, count: int) -> None:
        """Let choices arrive behind the same person's next one; some of them deletions older than a grant."""
        pairs = [(i, j) for places in self._people.values() for i, j in pairwise(places)]
        pairs = [(i, j) for i, j in pairs if self._events[i].occurred_at < self._events[j].occurred_at]
        self._rng.shuffle(pairs)
        undone = [pair for pair in pairs if self._is_undone(*pair)][: max(1, count // 4)]
        for earlier, later in [*undone, *pairs]:
            if count and {earlier, later} <= self._free:
                self._places[earlier] = self._places[later] + 0.5
                self._mark(earlier, "late")
                self._free.discard(later)
                count -= 1

    def spoil_clocks(self, count: int) -> None:
        """Give protective events a time that can't be; counted as just received, each is its person's last word."""
        last = [places[-1] for places in self._people.values()]
        able = [place for place in last if place in self._free and self._events[place].protective]
        for place in self._rng.sample(able, min(count, len(able))):
            at = self._events[place].occurred_at + self._rng.choice(_OFF)
            self._events[place] = self._events[place].model_copy(update={"occurred_at": at})
            self._mark(place, "bad clock")

    def repeat(self, count: int, now: int) -> None:
        """Publish events twice; some repeats say when they were received, which changes nothing."""
        for place in self._rng.choices(range(len(self._events)), k=count):
            received = self._rng.choice((None, now - 30 * SECOND))
            again = self._events[place].model_copy(update={"received_at": received})
            sent = Sent(again.subject_id, encode(again), self._choices[place].what, "repeat")
            self._more.append((self._after(place), sent))
            self._free.discard(place)

    def refuse(self, count: int) -> None:
        """Add records that can't be accepted, as many ways of being wrong as there is room for."""
        for what in self._ways(count):
            place = self._rng.randrange(len(self._events))
            event = self._events[place]
            if what != REUSED_ID:
                person = self._rng.choice(self._teller.cast.people)
                scope: dict[str, Any] = {"kind": "consent.withdrawn", "purposes": self._teller.purposes(1)}
                event = self._teller.event(person, occurred_at=event.occurred_at, **scope)
            _, make = WRONG[what]
            self._more.append((self._after(place), Sent(event.subject_id, make(event), REFUSED, what)))
            self._free.discard(place)

    def lead_astray(self, count: int) -> None:
        """Publish as a foreign partitioner would; only the one choice of a person, whose order can't suffer."""
        able = [places[0] for places in self._people.values() if len(places) == 1 and places[0] in self._free]
        for place in self._rng.sample(able, min(count, len(able))):
            self._mark(place, "astray")

    def _ways(self, count: int) -> Iterator[str]:
        while count > 0:
            ways = self._rng.sample(sorted(WRONG), len(WRONG))[:count]
            count -= len(ways)
            yield from ways

    def _after(self, place: int) -> float:
        """So soon that the person's event is still remembered."""
        mine = self._people[self._events[place].subject_id]
        later = mine[mine.index(place) + MOST_BETWEEN :][:1]
        ends = self._places[later[0]] if later else len(self._events) + 1
        return self._rng.uniform(self._places[place] + 0.6, ends)

    def _is_undone(self, earlier: int, later: int) -> bool:
        return (self._choices[earlier].what, self._choices[later].what) == (DELETION, GRANT)

    def _mark(self, place: int, quirk: str) -> None:
        self._quirks[place] = quirk
        self._free.discard(place)
