"""What a vendor had to keep is due for its review: it begins anew, unless a legal hold keeps the person's data."""

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
    from collections.abc import Callable, Collection

    from processors.delivering.core import Core
    from processors.delivering.job import Now
    from schemas.connections import Connection
    from schemas.policy import Policy
    from schemas.records import LaneEntry
    from streams.lanes.bench import Bench
    from streams.settings import Settings


class Reviewer:
    """Of one tenure: one look at a time. decided: is told that something may have to be committed."""

    def __init__(self, bench: Bench, core: Core, partition: int, decided: Callable[[], None]) -> None:
        self._bench = bench
        self._core = core
        self._partition = partition
        self._decided = decided
        self._looking: asyncio.Task[None] | None = None

    def look(self, now: Now, ended: Callable[[asyncio.Task[None]], None]) -> None:
        """Begin to look at what is due. ended: hears when that is through, however."""
        if self._looking is None and (due := self._core.reviews.due(now)):
            self._looking = asyncio.create_task(self._decide(due))
            self._looking.add_done_callback(ended)

    async def end(self) -> None:
        """What was not decided yet, the next owner looks at."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    async def _decide(self, due: list[LaneEntry]) -> None:
        kept = await self._bench.held(self._partition, {entry.delivery.pid for entry in due})
        self._core.reviews.decide(due, kept, self._bench.now())
        self._looking = None
        self._decided()


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
