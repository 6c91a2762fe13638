from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from structlog.testing import capture_logs

from streams import own_group

if TYPE_CHECKING:
    import pytest


async def test_a_commit_that_takes_too_long_is_not_done_and_the_log_says_what_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def without_end(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(AIOKafkaConsumerThread, "_commit", without_end)
    monkeypatch.setattr(own_group, "COMMIT_LIMIT_S", 0.01)
    thread = object.__new__(own_group._Thread)
    with capture_logs() as said:
        assert await thread._commit({}) is False
    assert [(one["event"], one["error"], one["text"]) for one in said] == [
        ("own_group_failed", "TimeoutError", "the commit took longer than 0.01 s")
    ]
