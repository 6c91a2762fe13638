"""A vendor of the sandbox that notes when it was at work."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from infra.sandbox.engine import Engine

if TYPE_CHECKING:
    from aiohttp import web

    from infra.sandbox.vendor import Operation, Vendor


class WatchedEngine(Engine):
    """calls: where begin and end of each answer go, Unix time in s."""

    def __init__(self, vendor: Vendor, calls: list[tuple[float, float]]) -> None:
        super().__init__(vendor)
        self._calls = calls

    async def serve(self, operation: Operation, request: web.Request) -> web.Response:
        began = time.time()
        try:
            return await super().serve(operation, request)
        finally:
            self._calls.append((began, time.time()))
