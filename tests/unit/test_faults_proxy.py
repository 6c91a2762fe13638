"""The proxy of the fault tests, before a real server that says everything back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from harness.proxy import HOST, Proxy

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import AsyncIterator

WORD = b"said"
Line = tuple["StreamReader", "StreamWriter"]
Dial = Callable[[Proxy], Awaitable[Line]]


async def echo(reader: StreamReader, writer: StreamWriter) -> None:
    try:
        while said := await reader.read(1 << 16):
            writer.write(said)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def before_an_echo(seed: int = 0) -> AsyncIterator[Proxy]:
    server = await asyncio.start_server(echo, HOST, 0)
    async with server, Proxy(HOST, server.sockets[0].getsockname()[1], seed=seed) as proxy, asyncio.timeout(30):
        yield proxy


@pytest.fixture
async def dial() -> AsyncIterator[Dial]:
    lines: list[Line] = []

    async def open_line(proxy: Proxy) -> Line:
        lines.append(await asyncio.open_connection(HOST, proxy.port))
        return lines[-1]

    yield open_line
    for _, writer in lines:
        writer.close()


async def say(line: Line, word: bytes = WORD) -> None:
    line[1].write(word)
    await line[1].drain()


async def echoed(line: Line) -> bool:
    """False: the connection was reset."""
    try:
        await say(line)
        return await line[0].readexactly(len(WORD)) == WORD
    except ConnectionResetError:
        return False


async def hears_nothing(line: Line) -> bool:
    try:
        async with asyncio.timeout(0.2):
            return not await line[0].read(1)
    except TimeoutError:
        return True


async def test_all_that_is_said_arrives_and_then_the_end_either_way(dial: Dial) -> None:
    much = bytes(range(256)) * 20_000
    async with before_an_echo() as proxy:
        line = await dial(proxy)
        saying = asyncio.create_task(say(line, much))
        assert await line[0].readexactly(len(much)) == much
        await saying
        line[1].write_eof()
        assert await line[0].read() == b""


async def test_latency_holds_up_each_way_until_it_heals(dial: Dial) -> None:
    loop = asyncio.get_running_loop()
    async with before_an_echo() as proxy:
        line = await dial(proxy)
        assert await echoed(line)
        proxy.latency(0.1)
        begun = loop.time()
        assert await echoed(line)
        assert loop.time() - begun >= 0.2
        proxy.latency(3600)
        assert await hears_nothing(await dial(proxy))
        proxy.heal()
        assert await echoed(line)


async def test_reset_strikes_old_and_new_connections_as_long_as_it_lasts(dial: Dial) -> None:
    async with before_an_echo() as proxy:
        old = await dial(proxy)
        assert await echoed(old)
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            await old[0].read(1)
        assert not await echoed(await dial(proxy))
        assert not await echoed(await dial(proxy))
        proxy.heal()
        assert await echoed(await dial(proxy))


async def test_a_black_hole_keeps_connections_and_what_was_said_comes_out_after_it(dial: Dial) -> None:
    async with before_an_echo() as proxy:
        old = await dial(proxy)
        assert await echoed(old)
        proxy.black_hole()
        new = await dial(proxy)
        for line in (old, new):
            await say(line)
        assert await hears_nothing(old)
        assert await hears_nothing(new)
        proxy.heal()
        for line in (old, new):
            assert await line[0].readexactly(len(WORD)) == WORD


async def test_what_is_in_a_black_hole_can_still_be_reset(dial: Dial) -> None:
    async with before_an_echo() as proxy:
        old = await dial(proxy)
        assert await echoed(old)
        proxy.black_hole()
        new = await dial(proxy)
        await say(old)
        await say(new)
        assert await hears_nothing(new)
        proxy.reset()
        for line in (old, new):
            with pytest.raises(ConnectionResetError):
                await line[0].read(1)


async def test_with_nobody_at_the_other_end_the_client_is_reset(dial: Dial) -> None:
    server = await asyncio.start_server(echo, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with Proxy(HOST, port) as proxy:
        assert not await echoed(await dial(proxy))


async def test_a_server_that_resets_is_passed_on_as_such(dial: Dial) -> None:
    async with before_an_echo() as far, Proxy(HOST, far.port) as near:
        line = await dial(near)
        assert await echoed(line)
        far.reset()
        with pytest.raises(ConnectionResetError):
            await line[0].read(1)


async def test_a_share_strikes_some_and_the_same_ones_for_the_same_seed(dial: Dial) -> None:
    runs = []
    for _ in range(2):
        async with before_an_echo(seed=5) as proxy:
            proxy.reset(share=0.5)
            runs.append([await echoed(await dial(proxy)) for _ in range(20)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {True, False}


async def test_leaving_ends_what_is_open_even_in_a_black_hole(dial: Dial) -> None:
    async with before_an_echo() as proxy:
        old = await dial(proxy)
        assert await echoed(old)
        proxy.black_hole()
        await say(old)
    with pytest.raises(ConnectionResetError):
        await old[0].read(1)
    with pytest.raises(ConnectionRefusedError):
        await dial(proxy)


async def test_who_was_struck_is_counted_until_the_next_fault(dial: Dial) -> None:
    async with before_an_echo() as proxy:
        idle, busy = await dial(proxy), await dial(proxy)
        assert await echoed(idle)
        assert await echoed(busy)
        assert (proxy.carried, proxy.struck) == (4, 0), "each to and fro"
        proxy.latency(0.01)
        assert proxy.struck == 0, "nobody has said a word since"
        assert await echoed(busy)
        assert await echoed(busy)
        proxy.heal()
        assert await echoed(idle)
        assert proxy.struck == 1
        proxy.reset()
        assert proxy.struck == 2, "whoever is there"
        proxy.heal()
        assert await echoed(await dial(proxy))
        proxy.black_hole()
        assert proxy.struck == 0
        await say(new := await dial(proxy))
        assert await hears_nothing(new)
        assert proxy.struck == 1
