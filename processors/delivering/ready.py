"""Who may be called now, and who waits a moment for company: people whose instructions can share a call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from schemas.records import Action

if TYPE_CHECKING:
    from collections.abc import Iterator


class Company(NamedTuple):
    """So many people go in one call; whoever is there first waits at most so many s for the others."""

    people: int = 1
    wait_s: float = 0.0


Companies = Callable[[Action], Company]


def soonest(*times: float | None) -> float | None:
    """Of moments that may come; asked for at every turn of a lane."""
    found = None
    for time in times:
        if time is not None and (found is None or time < found):
            found = time
    return found


class Kind(NamedTuple):
    """What those who share a call have in common.

    grants_only: nothing protective waits in their lines. most: no more of them in one call; they wait for nobody.
    """

    grants_only: bool
    action: Action
    most: int | None = None


@dataclass(slots=True)
class Group:
    """pid → turn: who was ready first goes first; `again`: those before all others who were just called."""

    again: dict[str, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.again) + len(self.others)

    def __iter__(self) -> Iterator[str]:
        return chain(self.again, self.others)

    @property
    def firsts(self) -> Iterator[tuple[int, str]]:
        """Turn and pid of the first of each; the smaller one has been ready longest."""
        return ((turn, pid) for some in (self.again, self.others) for pid, turn in islice(some.items(), 1))

    @property
    def rank(self) -> tuple[bool, tuple[int, str]]:
        """Smaller is sooner."""
        return not self.again, next(self.firsts)

    def drop(self, pid: str) -> None:
        if self.again.pop(pid, None) is None:
            del self.others[pid]


class Ready:
    """Every person once. Times are steady s; whoever is put here begins to wait with the next `look`."""

    def __init__(self) -> None:
        self._groups: dict[Kind, Group] = defaultdict(Group)  # none of them is empty
        self._kinds: dict[str, Kind] = {}
        self._since: dict[str, float] = {}
        self._new: list[str] = []
        self._turns = 0

    def put(self, pid: str, kind: Kind, *, again: bool = False) -> None:
        """The person may be called; who was ready for the same already keeps the turn.

        again: quickly once more, as it failed just now: behind a long queue that would be no quick retry.
        """
        if self._kinds.get(pid) != kind:
            self.drop(pid)
            self._turns += 1
            self._kinds[pid] = kind
            group = self._groups[kind]
            (group.again if again else group.others)[pid] = self._turns
            self._new.append(pid)

    def drop(self, pid: str) -> None:
        """The person may not be called, or is."""
        kind = self._kinds.pop(pid, None)
        if kind is not None:
            self._since.pop(pid, None)
            group = self._groups[kind]
            group.drop(pid)
            if not group:
                del self._groups[kind]

    def look(self, now: float) -> None:
        for pid in self._new:
            if pid in self._kinds:
                self._since[pid] = now
        self._new.clear()

    def take(self, now: float, companies: Companies) -> list[str]:
        """Who shares the next call; after `look`. Empty: nobody, or everybody waits for company.

        Whoever has something protective in his line goes first, then who is tried again, then who was ready first.
        """
        due = [kind for kind in self._groups if self._goes_at(kind, now, companies) <= now]
        if not due:
            return []
        kind = due[0] if len(due) == 1 else min(due, key=lambda one: (one.grants_only, self._groups[one].rank))
        chosen = list(islice(self._groups[kind], _size(kind, companies)))
        for pid in chosen:
            self.drop(pid)
        return chosen

    def probe(self) -> list[str]:
        """One person to find out how the vendor is; none who is tried again before others: it may be his trouble."""
        if not self._groups:
            return []
        longest = {kind: min(group.firsts) for kind, group in self._groups.items()}
        _, pid = longest[min(longest, key=lambda kind: (kind.grants_only, longest[kind]))]
        self.drop(pid)
        return [pid]

    def is_due(self, now: float, companies: Companies) -> bool:
        """Whether `take` would give somebody."""
        return any(self._goes_at(kind, now, companies) <= now for kind in self._groups)

    def wakes_at(self, now: float, companies: Companies) -> float | None:
        """When somebody will have waited long enough for company; None: nobody waits for that."""
        times = [self._goes_at(kind, now, companies) for kind in self._groups]
        return soonest(*[at for at in times if at > now])

    def __len__(self) -> int:
        return len(self._kinds)

    def _goes_at(self, kind: Kind, now: float, companies: Companies) -> float:
        """Now, if the company is complete or none is to come."""
        wait_s = companies(kind.action).wait_s
        if not wait_s or kind.most is not None or len(self._groups[kind]) >= _size(kind, companies):
            return float("-inf")
        return min(self._since.get(pid, now) for _, pid in self._groups[kind].firsts) + wait_s


def _size(kind: Kind, companies: Companies) -> int:
    people = companies(kind.action).people
    return people if kind.most is None else min(people, kind.most)
