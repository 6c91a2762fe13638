"""For whom a legal hold keeps data at a lane's recipients: asked for before anything old is deleted after all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from processors.planning.holds import held
from schemas.codec import decode_own
from schemas.policy import versions_of
from schemas.state import SubjectState
from streams import topics
from streams.logs import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable

    from schemas.connections import Connection
    from schemas.policy import Policy
    from schemas.records import LaneEntry
    from streams.lanes.bench import Bench
    from streams.settings import Settings


KEPT = "left as they are: a legal hold keeps what they would delete"
"""Of how many deletions a command says so."""


class Known(NamedTuple):
    """What the state said when it was asked. asked: about whom (pids); held: those for whom a hold keeps data."""

    asked: frozenset[str]
    held: frozenset[str]

    def sorted(self, entries: Iterable[LaneEntry]) -> tuple[list[LaneEntry], list[LaneEntry]]:
        """Those that may be sent, and the deletions that a hold forbids or nobody asked about; each in order."""
        may_go = self.asked - self.held
        free: list[LaneEntry] = []
        stay: list[LaneEntry] = []
        for entry in entries:
            goes = entry.delivery.action != "delete" or entry.delivery.pid in may_go
            (free if goes else stay).append(entry)
        return free, stay


class HoldLookup:
    """Of one tenure: one question at a time. found: hears that there is an answer, or that there will be none."""

    def __init__(self, bench: Bench, partition: int, found: Callable[[], None]) -> None:
        self._bench = bench
        self._partition = partition
        self._found = found
        self._purpose: Hashable = None
        self._people = frozenset[str]()
        self._looking: asyncio.Future[Collection[str]] | None = None
        self._left: set[asyncio.Future[Collection[str]]] = set()

    def held(self, purpose: Hashable, people: frozenset[str]) -> Known | None:
        """The answer about these people (pids). None: not known yet, ask again when it is found.

        It is asked once for each purpose, about whom is named first: an old answer says nothing of later holds, and
        who comes to it meanwhile doesn't put the answer off.

        Raises:
            Whatever kept it from being known.

        """
        if purpose != self._purpose:
            self._drop()
            self._purpose, self._people = purpose, people
            if people:
                self._looking = asyncio.ensure_future(self._bench.held(self._partition, people))
                self._looking.add_done_callback(lambda _: self._found())
        if self._looking is None:
            return Known(self._people, frozenset())
        return Known(self._people, frozenset(self._looking.result())) if self._looking.done() else None

    def about(self, purpose: Hashable, entries: Iterable[LaneEntry]) -> Known | None:
        """The same about the people of the deletions among these."""
        return self.held(purpose, frozenset(one.delivery.pid for one in entries if one.delivery.action == "delete"))

    async def end(self) -> None:
        """What isn't answered yet, the next owner asks."""
        self._drop()
        await asyncio.gather(*self._left, return_exceptions=True)

    def _drop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            self._left.add(self._looking)
            self._looking.add_done_callback(self._left.discard)
            self._looking = None


async def held_at(
    settings: Settings, connection: Connection, policy: str, partition: int, people: Collection[str]
) -> set[str]:
    """For which of these people (pids) a legal hold keeps data at the connection's recipients, as the state says now.

    Raises:
        SetupError: no broker answers.
        DataError: a state can't be read.

    """
    found: dict[str, bytes | None] = {}
    async for record in scan(settings, topics.STATE, partitions=[partition]):
        if (pid := (record.key or b"").decode()) in people:
            found[pid] = record.value
    newest = versions_of(policy)[-1]
    serves = "+".join(one for one in connection.serves if one in newest.by_recipient)
    return {pid for pid, value in found.items() if value and _keeps(newest, decode_own(SubjectState, value), serves)}


def _keeps(policy: Policy, state: SubjectState, recipients: str) -> bool:
    """Where the policy names none of them any more nobody can tell what the hold is about there: it keeps."""
    kept_by = held(policy, state)
    return kept_by.keeps(policy, recipients) if recipients else bool(kept_by.purposes)
