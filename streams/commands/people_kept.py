"""What stands for people, read from `consent.state`: no worker is asked, so none has to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.codec import decode
from schemas.state import SubjectState
from streams import topics
from streams.logs import scan

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection

    from streams.settings import Settings


async def people_of(settings: Settings, controllers: Collection[str]) -> AsyncGenerator[SubjectState]:
    """Everybody of these controllers; one partition is held in memory at a time.

    Raises:
        SetupError: no broker answers.
        TopicsError: there is no such topic.

    """
    for partition in range(settings.partitions):
        kept: dict[bytes, bytes] = {}
        async for record in scan(settings, topics.STATE, partitions=(partition,)):
            if record.value is None:
                kept.pop(record.key, None)
            elif not record.key.startswith(b"!"):
                kept[record.key] = record.value
        for value in kept.values():
            state = decode(SubjectState, value)
            if state.controller in controllers:
                yield state
