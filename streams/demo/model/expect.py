"""From the log to everything that must be found afterwards: verdicts, legs, and what the vendors hold."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from schemas.codec import decode
from schemas.errors import DataError
from schemas.events import ConsentEvent
from streams.demo.model.claims import Claims
from streams.demo.model.life import Cell, Life, Word
from streams.demo.model.log import Entry, Place, home
from streams.demo.model.rules import Rules
from streams.demo.model.vendors import open_account
from streams.demo.model.verdict import DELETION, Accepted, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox import Person
    from schemas.connections import Connection, RelayConfig
    from schemas.policy import Policy
    from schemas.records import Action
    from streams.demo.model.vendor import Terms, Vendor


class LegKey(NamedTuple):
    event_id: str
    lane: str
    action: Action


@dataclass(frozen=True, slots=True)
class World:
    """What surrounds the log. policies, people: by controller.

    broken: (vendor, subject_id) whose calls always fail there.

    overtaken: what newer instructions are said to have taken out of a leg before it was carried out; None: all of
    it. Which they reached in time nobody can know beforehand. done: legs of these that the vendor was told of before,
    for which purposes, as the outcome of calls may be lost.
    """

    config: RelayConfig
    policies: Mapping[str, Policy]
    partitions: int
    people: Mapping[str, Sequence[Person]]
    terms: Terms
    broken: frozenset[tuple[str, str]] = frozenset()
    overtaken: Mapping[LegKey, frozenset[Cell] | None] = field(default_factory=dict)
    done: Mapping[LegKey, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leg:
    """One delivery and how it must end. `cells`: what a grant or withdrawal is about there."""

    subject_id: str
    outcome: str
    cells: frozenset[Cell]
    everything: bool

    @property
    def purposes(self) -> frozenset[str]:
        return frozenset(purpose for purpose, _ in self.cells)


@dataclass
class Expected:
    """accounts: (subject_id, vendor) → what it must hold. `forwarded`: records that stood in a foreign partition.

    unfounded: legs of which more is said to be overtaken than newer instructions decide anew.
    """

    verdicts: dict[Place, Verdict] = field(default_factory=dict)
    forwarded: set[Place] = field(default_factory=set)
    legs: dict[LegKey, Leg] = field(default_factory=dict)
    accounts: dict[tuple[str, str], Vendor] = field(default_factory=dict)
    unfounded: list[LegKey] = field(default_factory=list)


def expect(entries: Iterable[Entry], world: World) -> Expected:
    """Everything that must be found once these records are worked off; per partition in log order."""
    telling = _Telling(world)
    for entry in entries:
        telling.take(entry)
    telling.expected.unfounded = telling.claims.unfounded()
    return telling.expected


class _Telling:
    def __init__(self, world: World) -> None:
        self._world = world
        self._rules = {name: Rules(policy, world.config, name) for name, policy in world.policies.items()}
        self._lives: dict[str, Life] = defaultdict(Life)
        self.claims = Claims()
        self.expected = Expected()
        for controller, people in world.people.items():
            for person, connection in product(people, self._rules[controller].connections):
                account = open_account(connection.adapter, person, world.terms)
                self.expected.accounts[person.key, connection.adapter] = account

    def take(self, entry: Entry) -> None:
        try:
            event = decode(ConsentEvent, entry.value or b"")
        except DataError as error:
            self.expected.verdicts[entry.first] = Verdict("rejected", error.reason)
            return
        if home(event.subject_id, self._world.partitions) != entry.here.partition:
            self.expected.forwarded.add(entry.here)
            return
        self.expected.verdicts[entry.first] = self._verdict(event, entry.at)

    def _verdict(self, event: ConsentEvent, log_at: int) -> Verdict:
        rules = self._rules.get(event.controller)
        if rules is None:
            return Verdict("rejected", "invalid")
        if not rules.knows(event):
            return Verdict("rejected", "unknown_policy")
        life = self._lives[event.subject_id]
        judged = judge(event, life, rules, log_at)
        if isinstance(judged, Verdict):
            return judged
        if judged.word is not None:
            self._choose(judged, judged.word, life, rules)
        elif event.kind == DELETION and rules.erases_on_request:
            self._delete(judged, life, rules)
        return Verdict("planned")

    def _choose(self, said: Accepted, word: Word, life: Life, rules: Rules) -> None:
        before = Life(words=list(life.words), erased_at=life.erased_at)
        life.words.append(word)
        for connection in rules.due(said.event):
            vendor = self._account(connection, said.event)
            purposes = word.purposes & rules.reaching(connection) & rules.reached(said.event)
            asked = {(p, c) for p in purposes for c in word.channels & vendor.channels}
            cells = {cell for cell in asked if before.counts(word, cell)}
            if not word.is_withdrawal:
                cells = _free(rules.switches(connection), vendor, cells, life)
            everything = said.event.purposes is None and cells == asked
            if cells:
                action: Action = "withdraw" if word.is_withdrawal else "grant"
                self._act(said, connection, action, cells, everything=everything)

    def _delete(self, said: Accepted, life: Life, rules: Rules) -> None:
        life.erased_at = said.at
        for connection in rules.due(said.event):
            if not rules.erases(connection):
                continue
            self._act(said, connection, "delete", set(), everything=True)
            vendor = self._account(connection, said.event)
            switches = rules.switches(connection)
            granted = {(p, c) for p in switches for c in vendor.channels if life.is_granted((p, c))}
            again = _free(switches, vendor, granted, life)
            if again:
                self._act(said, connection, "grant", again, everything=False)

    def _act(
        self, said: Accepted, connection: Connection, action: Action, cells: set[Cell], *, everything: bool
    ) -> None:
        event, key = said.event, LegKey(said.event.event_id, connection.name, action)
        vendor = self._account(connection, event)
        self.claims.answer(event.subject_id, key, said.at, cells)
        taken = self._world.overtaken.get(key, frozenset())
        if key in self._world.overtaken:
            self.claims.make(event.subject_id, key, said.at, cells if taken is None else cells & taken)
        if (before := self._world.done.get(key)) is not None:
            told = {cell for cell in cells if cell[0] in before}
            vendor.do(action, told, everything=everything and told == cells)
        if taken is None:
            outcome = "superseded"
        elif (connection.adapter, event.subject_id) in self._world.broken:
            outcome = "parked"
        else:
            left = cells - taken
            outcome = vendor.do(action, left, everything=everything and left == cells)
        self.expected.legs[key] = Leg(event.subject_id, outcome, frozenset(cells), everything)

    def _account(self, connection: Connection, event: ConsentEvent) -> Vendor:
        return self.expected.accounts[event.subject_id, connection.adapter]


def _free(behind: frozenset[str], vendor: Vendor, cells: set[Cell], life: Life) -> set[Cell]:
    """Where there is one switch, a grant turns it on only if nothing behind it stands withdrawn."""
    if not vendor.one_switch:
        return cells
    return {(p, c) for p, c in cells if not any(life.is_withdrawn((other, c)) for other in behind)}
