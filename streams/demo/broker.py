"""The demo's own broker: started, stopped and killed without holding up the event loop."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from infra.kafka import EmbeddedKafka

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rich.console import Console

    from infra.kafka import Tunnel

T = TypeVar("T")


class OwnBroker:
    """An embedded Kafka in `directory`, with a `tunnel` if need be.

    `console` shows how the first start goes.
    """

    def __init__(
        self,
        directory: Path,
        console: Console | None = None,
        tunnel: Tunnel | None = None,
    ) -> None:
        self._made = partial(EmbeddedKafka, directory, tunnel=tunnel)
        self._kafka = self._made(console=console)

    @property
    def pid(self) -> int:
        return self._kafka.pid

    async def start(self) -> str:
        """Start it; its bootstrap servers, when it is healthy."""
        return await _whole(self._kafka.start)

    async def start_again(self) -> None:
        """On the same data and port, and without a word: progress bars may be on the screen by now."""
        self._kafka = self._made()
        await self.start()

    async def stop(self) -> None:
        """Let it end in order. Nothing happens if it doesn't run."""
        await _whole(self._kafka.stop)

    async def kill(self) -> None:
        """SIGKILL."""
        await _whole(self._kafka.kill)


async def _whole(act: Callable[[], T]) -> T:
    """In a thread, which can't be cancelled: what it starts must be there to be stopped."""
    running = asyncio.create_task(asyncio.to_thread(act))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.gather(running, return_exceptions=True)
        raise
