"""Where what is due is put down, in the order in which it becomes due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.adapters import ADAPTERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.kinds import Kind
    from checker.life import Cell, Life
    from checker.policy import Connection, Policy

CHANNELS = frozenset({"email", "sms", "phone", "push", "post", "ads", "web"})


class Key(NamedTuple):
    event_id: str
    lane: str
    action: str


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that a connection is due to be told. at: of its event, as believed, µs.

    cells: what a grant or withdrawal is about; everything: the person named no purpose, and nothing newer took any
    out; findable: the event names an identity by which this vendor knows people.
    """

    subject_id: str
    at: int
    cells: frozenset[Cell]
    everything: bool
    findable: bool


class Said(NamedTuple):
    """An event that is to be acted upon. at: when it was said, as believed, µs."""

    event: dict[str, Any]
    kind: Kind
    at: int
    life: Life

    @property
    def channels(self) -> frozenset[str]:
        return frozenset(self.event["channels"] or CHANNELS)


class Desk:
    def __init__(self, policy: Policy, connections: Sequence[Connection]) -> None:
        self.policy = policy
        self.dues: dict[Key, Due] = {}
        self._connections = connections

    def concerned(self, event: dict[str, Any]) -> Iterator[Connection]:
        for connection in self._connections:
            if connection.controller == event["controller"] and connection.concerns(event["jurisdiction"]):
                yield connection

    def tell(
        self, said: Said, connection: Connection, action: str, cells: frozenset[Cell], *, everything: bool
    ) -> None:
        event, known_by = said.event, ADAPTERS[connection.adapter].identities
        findable = event.get("sealed") is not None or any(one["type"] in known_by for one in event["identities"])
        key = Key(event["event_id"], connection.name, action)
        self.dues[key] = Due(event["subject_id"], said.at, cells, everything, findable)

    def grant_again(self, said: Said, connection: Connection) -> None:
        """What is granted there by now, behind what made the connection forget it."""
        life = said.life
        granted = frozenset(cell for cell in square(connection, connection.chosen) if life.is_granted(cell))
        if again := free(connection, granted, life):
            self.tell(said, connection, "grant", again, everything=False)


def square(connection: Connection, purposes: frozenset[str], channels: frozenset[str] = CHANNELS) -> frozenset[Cell]:
    """What is in question there: purposes × the channels that matter there."""
    there = ADAPTERS[connection.adapter].channels & channels
    return frozenset((purpose, channel) for purpose in purposes for channel in there)


def free(connection: Connection, cells: frozenset[Cell], life: Life) -> frozenset[Cell]:
    """Where there is one switch, a grant turns it on only if nothing behind it stands withdrawn."""
    if not ADAPTERS[connection.adapter].one_switch:
        return cells
    return frozenset(
        (purpose, channel)
        for purpose, channel in cells
        if not any(life.is_withdrawn((other, channel)) for other in connection.chosen)
    )
