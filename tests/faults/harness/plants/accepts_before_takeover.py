"""Records that come in during a takeover are kept, and worked on after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.patching import patch

from streams.ownership.holding import Holding

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from streams.ownership.holding import Work


def _eager(own: Callable[[Holding, Work], Awaitable[None]]) -> Callable[[Holding, Work], Awaitable[None]]:
    async def open_at_once(holding: Holding, work: Work) -> None:
        holding.work = work
        holding._takeover.consumer.resume(holding.place)
        await own(holding, work)

    return open_at_once


def plant() -> None:
    patch(Holding, "_own", _eager)
