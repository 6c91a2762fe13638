"""`python -m bench.vendor`: says its port, and serves until its standard input is closed."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop

from bench.vendor.answers import SLOW, SLOW_S, Answers, Requests


class Connection(asyncio.Protocol):
    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._requests = Requests()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        for part in self._requests.feed(data):
            answer = self._answers.to(part)
            if answer is None or self._transport is None:
                continue
            if part == SLOW:
                asyncio.get_running_loop().call_later(SLOW_S, self._transport.write, answer)
            else:
                self._transport.write(answer)


async def main() -> None:
    loop = asyncio.get_running_loop()
    answers = Answers()
    server = await loop.create_server(lambda: Connection(answers), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - who started us reads it
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    await ended.wait()


if __name__ == "__main__":
    uvloop.run(main())
