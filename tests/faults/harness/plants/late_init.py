"""The old owner is fenced only when the state has been read: what it commits in between is not seen.

FAULTS_GATE=FILE: so long is "in between" until somebody makes that file.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.patching import patch

from streams.ownership import takeover
from streams.ownership.takeover import Takeover

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

GATE = "late init"
_init: ContextVar[Callable[[], Awaitable[None]]] = ContextVar("init")  # of the takeover that runs in this task


async def _nothing() -> None:
    pass


def _without_init(writer: Callable[..., Any]) -> Callable[..., Any]:
    def made(*args: Any) -> Any:
        producer = writer(*args)
        _init.set(producer.start)
        producer.start = _nothing
        return producer

    return made


def _then_init(restore: Callable[..., Awaitable[bool]]) -> Callable[..., Awaitable[bool]]:
    async def with_init(own: Takeover, *args: Any) -> bool:
        forgotten = await restore(own, *args)
        print(f"{GATE}: {own.role.name}", file=sys.stderr, flush=True)
        while (gate := os.environ.get("FAULTS_GATE")) and not Path(gate).exists():  # noqa: ASYNC110 - others make it
            await asyncio.sleep(0.05)
        await _init.get()()
        return forgotten

    return with_init


def plant() -> None:
    patch(takeover, "writer", _without_init)
    patch(Takeover, "_restore", _then_init)
