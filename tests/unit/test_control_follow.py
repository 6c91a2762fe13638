"""The reader of commands sends no heartbeats: it is replaced when it doesn't get to where the log ends."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ownership_support import until
from routing_support import record
from structlog.testing import capture_logs
from test_control import command

from schemas.codec import encode
from streams import control
from streams.control import PLACE, Control, following


class Source:
    """A Kafka client: `good`, `deaf` (it gets nothing), `mute` (it never answers), or `ends` from within."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._position = 0

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    def assign(self, _: Any) -> None:
        pass

    def seek(self, _: Any, position: int) -> None:
        self._position = position

    async def position(self, _: Any) -> int:
        return self._position

    async def end_offsets(self, _: Any) -> dict[Any, int]:
        if self._kind == "mute":
            await asyncio.sleep(3600)
        if self._kind == "ends":
            raise asyncio.CancelledError
        return {PLACE: 1}

    async def getmany(self, timeout_ms: int) -> dict[Any, list[Any]]:
        del timeout_ms
        await asyncio.sleep(0.001)
        if self._kind != "good" or self._position:
            return {}
        self._position = 1
        return {PLACE: [record(encode(command(1, "lanes.pause", "crm")), 0)]}


@pytest.mark.parametrize("kind", ["deaf", "mute", "ends"])
async def test_one_that_stands_still_is_replaced(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(control, "LOOK_LIMIT_S", 0.05)
    monkeypatch.setattr(control, "RETRY_S", 0.01)
    kinds = iter([kind])
    monkeypatch.setattr(control, "reader", lambda _: Source(next(kinds, "good")))
    commands, settings = Control(), None
    with capture_logs() as logs:
        async with following(commands, settings):  # type: ignore[arg-type]
            await until(lambda: commands.next("lane crm", 0) is not None)
    assert [entry["event"] for entry in logs] == ["control_not_read"]
