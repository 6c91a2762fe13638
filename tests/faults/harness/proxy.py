"""A TCP proxy that breaks: between a worker and a vendor, or between a worker and the broker."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

HOST = "127.0.0.1"
_PIECE = 64 * 1024
_RST_AT_CLOSE = struct.pack("ii", 1, 0)


class _Weather(NamedTuple):
    kind: Literal["clear", "latency", "reset", "black_hole"] = "clear"
    share: float = 1.0
    seconds: float = 0.0

    def strikes(self, link: _Link, kind: str) -> bool:
        return self.kind == kind and link.luck < self.share


@dataclass(eq=False)
class _Link:
    """One client's connection, and ours onwards. `luck`: which shares of all connections it belongs to."""

    luck: float
    writers: list[StreamWriter] = field(default_factory=list)

    def cut(self) -> None:
        for writer in self.writers:
            if not writer.is_closing():
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_AT_CLOSE)
                writer.transport.abort()


class Proxy:
    """Carries TCP connections from `proxy.port` on the loopback interface to `host`:`port`, until told otherwise.

    One fault at a time; each strikes the given `share` of the connections, always the same ones for the same `seed`
    and order of arrival. Nobody listens at the other end: the client's connection is reset.
    carried: how many pieces so far.
    """

    def __init__(self, host: str, port: int, *, seed: int = 0) -> None:
        self.port = 0
        self._onwards = (host, port)
        self._weather = _Weather()
        self._changed = asyncio.Event()
        self._random = Random(seed)
        self._links: dict[_Link, asyncio.Task[None]] = {}
        self._struck: set[_Link] = set()
        self.carried = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        links = dict(self._links)
        for link, task in links.items():
            link.cut()
            task.cancel()
        await asyncio.gather(*links.values(), return_exceptions=True)

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def struck(self) -> int:
        """How many connections the last fault struck: those that it cut, and those that wanted to carry something."""
        return len(self._struck)

    def latency(self, seconds: float, *, share: float = 1.0) -> None:
        """Each piece of up to 64 KiB, and the end of a stream, waits so long, either way."""
        self._break(_Weather("latency", share, seconds))

    def reset(self, *, share: float = 1.0) -> None:
        """RST for all connections, and for new ones as long as it lasts."""
        self._break(_Weather("reset", share))
        for link in self._links:
            if self._strikes(link, "reset"):
                link.cut()

    def black_hole(self, *, share: float = 1.0) -> None:
        """Accepts connections and carries nothing, not even an end. What was sent into it arrives after it."""
        self._break(_Weather("black_hole", share))

    def heal(self) -> None:
        self._set(_Weather())

    def _break(self, weather: _Weather) -> None:
        self._struck.clear()
        self._set(weather)

    def _strikes(self, link: _Link, kind: str) -> bool:
        strikes = self._weather.strikes(link, kind)
        if strikes:
            self._struck.add(link)
        return strikes

    def _set(self, weather: _Weather) -> None:
        self._weather = weather
        self._changed.set()
        self._changed = asyncio.Event()

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        link = _Link(self._random.random(), [writer])
        self._links[link] = asyncio.create_task(self._serve(link, reader, writer))

    async def _serve(self, link: _Link, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            await self._connect(link, reader, writer)
        except* OSError:
            link.cut()
        finally:
            for end in link.writers:
                end.close()
            del self._links[link]

    async def _connect(self, link: _Link, reader: StreamReader, writer: StreamWriter) -> None:
        await self._pass(link)
        onwards_reader, onwards = await asyncio.open_connection(*self._onwards)
        link.writers.append(onwards)
        async with asyncio.TaskGroup() as both_ways:
            both_ways.create_task(self._carry(link, reader, onwards))
            both_ways.create_task(self._carry(link, onwards_reader, writer))

    async def _carry(self, link: _Link, reader: StreamReader, writer: StreamWriter) -> None:
        while piece := await reader.read(_PIECE):
            await self._pass(link)
            writer.write(piece)
            self.carried += 1
            await writer.drain()
        await self._pass(link)
        writer.write_eof()

    async def _pass(self, link: _Link) -> None:
        if self._strikes(link, "latency"):
            await asyncio.sleep(self._weather.seconds)
        while self._strikes(link, "black_hole"):
            await self._changed.wait()
        if self._strikes(link, "reset"):
            raise ConnectionResetError
