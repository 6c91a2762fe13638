"""For whom a legal hold keeps data at a lane's recipients: asked for before anything old is deleted after all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from processors.planning.holds import held
from schemas.codec import decode_own
from schemas.policy import versions_of
from schemas.state import SubjectState
from streams import topics
from streams.logs import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from schemas.connections import Connection
    from schemas.policy import Policy
    from schemas.records import LaneEntry
    from streams.lanes.bench import Bench
    from streams.settings import Settings


class HoldLookup:
    """Of one tenure: one question at a time. found: hears that there is an answer, or that there will be none."""

    def __init__(self, bench: Bench, partition: int, found: Callable[[], None]) -> None:
        self._bench = bench
        self._partition = partition
        self._found = found
        self._people = frozenset[str]()
        self._looking: asyncio.Future[Collection[str]] | None = None

    def held(self, people: frozenset[str]) -> Collection[str] | None:
        """Those of these people (pids) for whom a hold keeps data. None: not known yet, ask again when it is found.

        Raises:
            Whatever kept it from being known.

        """
        if not people:
            return ()
        looking, asked = self._looking, self._people
        if looking is None or not looking.done():
            self._begin(people)
            return None
        self._looking = None
        answer = looking.result()
        if people <= asked:
            return answer
        self._begin(people)
        return None

    def kept(self, entries: Iterable[LaneEntry]) -> frozenset[str] | None:
        """The delivery_ids of the deletions among these that a hold forbids. None and errors: as of `held`."""
        deletions = [entry.delivery for entry in entries if entry.delivery.action == "delete"]
        held = self.held(frozenset(one.pid for one in deletions))
        return None if held is None else frozenset(one.delivery_id for one in deletions if one.pid in held)

    async def end(self) -> None:
        """What isn't answered yet, the next owner asks."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    def _begin(self, people: frozenset[str]) -> None:
        if self._looking is None:
            self._people = people
            self._looking = asyncio.ensure_future(self._bench.held(self._partition, people))
            self._looking.add_done_callback(lambda _: self._found())


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
