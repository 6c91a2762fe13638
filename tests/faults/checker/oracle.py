"""What had to come of the log: a verdict on each record, and what each connection was due to be told, in order."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from aiokafka.partitioner import murmur2

from checker.adapters import ADAPTERS
from checker.clock import believed
from checker.life import Cell, Life

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.policy import Connection
    from checker.rundir import Entry, Place, Run

GRANT, WITHDRAWAL, DELETION = "consent.granted", "consent.withdrawn", "deletion.requested"
CHANNELS = frozenset({"email", "sms", "phone", "push", "post", "ads", "web"})
IMPORTS = {"import", "import_list"}


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


@dataclass
class Oracle:
    """dues: in the order in which they were due. forwarded: records that stood in a foreign partition."""

    verdicts: dict[Place, str] = field(default_factory=dict)
    forwarded: set[Place] = field(default_factory=set)
    dues: dict[Key, Due] = field(default_factory=dict)


def foresee(run: Run) -> Oracle:
    telling = _Telling(run)
    for entry in run.log:
        telling.take(entry)
    return telling.oracle


class _Telling:
    def __init__(self, run: Run) -> None:
        self.oracle = Oracle()
        self._policy = run.policy
        self._controllers = set(run.config["controllers"])
        self._connections = list(run.connections.values())
        self._partitions = run.expect.get("partitions", 4)
        self._poison = {line["value"] for line in run.input if line["event"] is None}
        self._lives: dict[str, Life] = defaultdict(Life)

    def take(self, entry: Entry) -> None:
        event = entry.event
        if event is None or entry.value in self._poison:
            self.oracle.verdicts[entry.first] = "rejected"
        elif self._home(event["subject_id"]) != entry.here.partition:
            self.oracle.forwarded.add(entry.here)
        else:
            self.oracle.verdicts[entry.first] = self._judge(event, entry.at)

    def _home(self, subject_id: str) -> int:
        return int((murmur2(subject_id.encode()) & 0x7FFFFFFF) % self._partitions)

    def _judge(self, event: dict[str, Any], log_at: int) -> str:
        if self._is_foreign(event):
            return "rejected"
        life = self._lives[event["subject_id"]]
        content = json.dumps({**event, "received_at": None}, sort_keys=True, default=str)
        same = [other for event_id, other in life.recent if event_id == event["event_id"]]
        if same:
            return "duplicate" if content in same else "rejected"
        at = believed(event, log_at)
        if at is None or not set(event["purposes"] or ()) <= self._policy.purposes:
            return "rejected"
        life.recent.append((event["event_id"], content))
        is_due = self._delete(event, life, at) if event["kind"] == DELETION else self._choose(event, life, at)
        return "planned" if is_due else "stale"

    def _is_foreign(self, event: dict[str, Any]) -> bool:
        """This relay can't judge it at all."""
        return (
            event["controller"] not in self._controllers
            or event["policy_id"] not in {None, self._policy.id}
            or event["policy_version"] not in {None, self._policy.version}
            or event["kind"] not in {GRANT, WITHDRAWAL, DELETION}
        )

    def _choose(self, event: dict[str, Any], life: Life, at: int) -> bool:
        withdraws, imported = event["kind"] == WITHDRAWAL, event["method"] in IMPORTS
        if not withdraws and (life.covers(at) or (imported and life.erased_at is not None)):
            return False
        weight = (at, withdraws)
        channels = frozenset(event["channels"] or CHANNELS)
        cells = frozenset((p, c) for p in self._policy.meant(event["purposes"]) for c in channels)
        newest = life.newest(cells, weight)
        life.say(cells, weight, imported=imported and not withdraws)
        for connection in self._due(event) if newest else ():
            square = _square(connection, channels) & cells
            mine = square & newest
            everything = event["purposes"] is None and mine == square
            if not withdraws:
                mine = _free(connection, mine, life)
            if mine:
                self._add(event, connection, "withdraw" if withdraws else "grant", at, mine, everything=everything)
        return bool(newest)

    def _delete(self, event: dict[str, Any], life: Life, at: int) -> bool:
        if life.covers(at):
            return False
        life.erase(at)
        for connection in self._due(event):
            if connection.erases:
                self._add(event, connection, "delete", at, frozenset(), everything=True)
                granted = frozenset(cell for cell in _square(connection, CHANNELS) if life.is_granted(cell))
                if again := _free(connection, granted, life):
                    self._add(event, connection, "grant", at, again, everything=False)
        return True

    def _due(self, event: dict[str, Any]) -> Iterator[Connection]:
        for connection in self._connections:
            if connection.controller == event["controller"] and connection.concerns(event["jurisdiction"]):
                yield connection

    def _add(
        self,
        event: dict[str, Any],
        connection: Connection,
        action: str,
        at: int,
        cells: frozenset[Cell],
        *,
        everything: bool,
    ) -> None:
        known_by = ADAPTERS[connection.adapter].identities
        findable = event.get("sealed") is not None or any(one["type"] in known_by for one in event["identities"])
        key = Key(event["event_id"], connection.name, action)
        self.oracle.dues[key] = Due(event["subject_id"], at, cells, everything, findable)


def _square(connection: Connection, channels: frozenset[str]) -> frozenset[Cell]:
    there = ADAPTERS[connection.adapter].channels & channels
    return frozenset((purpose, channel) for purpose in connection.chosen for channel in there)


def _free(connection: Connection, cells: frozenset[Cell], life: Life) -> frozenset[Cell]:
    """Where there is one switch, a grant turns it on only if nothing behind it stands withdrawn."""
    if not ADAPTERS[connection.adapter].one_switch:
        return cells
    return frozenset(
        (purpose, channel)
        for purpose, channel in cells
        if not any(life.is_withdrawn((other, channel)) for other in connection.chosen)
    )
