"""A transaction that doesn't come to its end is a failed one, however it ended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from schemas.errors import OwnershipLost
from streams.ownership.tenure import Tenure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Producer:
    """Begins no transaction, but does something else."""

    def __init__(self, instead: Callable[[], Awaitable[None]]) -> None:
        self.begin_transaction = instead


def tenure(instead: Callable[[], Awaitable[None]]) -> Tenure:
    producer, nobody = Producer(instead), None
    given: dict[str, Any] = {"producer": producer, "membership": nobody, "bookmark": None, "at_end": nobody}
    return Tenure(partition=0, state_topic="s", generation=1, start=0, clean=True, new=True, marks={}, **given)


async def test_a_cancellation_out_of_the_client_is_an_error_like_any_other() -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(OwnershipLost, match="CancelledError"):
        await tenure(cancelled).commit([], 1)


async def test_a_cancellation_that_is_meant_goes_on() -> None:
    began = asyncio.Event()

    async def lasts() -> None:
        began.set()
        await asyncio.Event().wait()

    committing = asyncio.create_task(tenure(lasts).commit([], 1))
    await began.wait()
    committing.cancel()
    await asyncio.wait({committing})
    assert committing.cancelled()
