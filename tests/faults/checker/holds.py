"""What legal holds keep from being erased, and what is erased when they are over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.desk import Said
    from checker.policy import Connection


ALL = "*"
"""Of a mark: every purpose."""


class Hold(NamedTuple):
    """purposes: None for all; at: when it was placed, µs; over: whether a lift has named it."""

    purposes: frozenset[str] | None
    at: int
    over: bool


class Kept(NamedTuple):
    """A deletion that a connection was not told, because of a hold."""

    said: Said
    connection: Connection


@dataclass(slots=True)
class Holds:
    """Of one person. lifts: of each purpose when holds of it were last lifted, µs."""

    placed: dict[str, Hold] = field(default_factory=dict)
    lifts: dict[str, int] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)

    def place(self, said: Said, meant: frozenset[str]) -> None:
        event = said.event
        before = self.placed.get(event["event_id"])
        purposes = None if event["purposes"] is None else meant
        self.placed[event["event_id"]] = Hold(purposes, said.at, over=before is not None and before.over)

    def lift(self, said: Said, meant: frozenset[str]) -> None:
        """One hold by its name, or all older ones that are about what is `meant`."""
        named = said.event["supersedes"]
        if named is not None:
            self.placed[named] = self.placed.get(named, Hold(frozenset(), said.at, over=True))._replace(over=True)
            return
        for purpose in {ALL} if said.event["purposes"] is None else meant:
            self.lifts[purpose] = max(said.at, self.lifts.get(purpose, said.at))

    def keeps(self, connection: Connection, every: frozenset[str]) -> bool:
        """Whether it has anything that is held. every: purposes that a hold of all is about."""
        held = frozenset[str]().union(*(self._left(hold, every) for hold in self.placed.values()))
        return not connection.carries.isdisjoint(held)

    def let_go(self, every: frozenset[str]) -> Iterator[Kept]:
        """What nothing keeps any more."""
        free = [kept for kept in self.kept if not self.keeps(kept.connection, every)]
        self.kept = [kept for kept in self.kept if kept not in free]
        yield from free

    def _left(self, hold: Hold, every: frozenset[str]) -> Iterator[str]:
        for purpose in () if hold.over else every if hold.purposes is None else hold.purposes:
            if not any(self.lifts.get(about, hold.at) > hold.at for about in (purpose, ALL)):
                yield purpose
