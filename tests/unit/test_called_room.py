"""Long bodies take turns: who sends many at once fills no memory and keeps no short message out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from streams.called import SHORT_BYTES, Room, listening, read, taking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

LONG, AT_ONCE, PATIENCE_S = 2 * SHORT_BYTES, 2, 60


async def _take(request: web.Request) -> web.Response:
    await read(request, LONG, request.app[ROOM])
    return web.Response(status=204)


ROOM = web.AppKey("room", Room)


def _head(length: int) -> bytes:
    return f"POST /x HTTP/1.1\r\nHost: relay.example\r\nContent-Length: {length}\r\n\r\n".encode()


async def _answer(port: int, length: int) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_head(length) + bytes(length))
    line = await reader.readline()
    writer.close()
    return line.decode().split()[1]


async def _answers(port: int, length: int) -> AsyncIterator[str]:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            yield await _answer(port, length)
            await asyncio.sleep(0.02)


async def test_long_ones_find_no_room_while_others_are_coming_in_and_short_ones_always_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streams.called.READ_LIMIT_S", PATIENCE_S)  # a slow machine is no slow sender
    app = taking()
    app[ROOM] = Room(AT_ONCE)
    app.router.add_post("/x", _take)
    async with listening(app, "127.0.0.1", 0, "nothing is taken", "CALLBACK") as port:
        assert await _answer(port, LONG) == "204"
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(AT_ONCE)]
        for _, writer in slow:
            writer.write(_head(LONG) + bytes(LONG - 1))
        async for answer in _answers(port, LONG):
            if answer == "503":
                break
        assert await _answer(port, SHORT_BYTES) == "204"
        for reader, writer in slow:
            writer.write(b"x")
            assert b" 204 " in await reader.readline()
            writer.close()
        assert await _answer(port, LONG) == "204"
