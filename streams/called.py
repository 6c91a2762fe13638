"""What somebody who calls us sends, within what we are willing to read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Mapping

READ_LIMIT_S = 10.0


async def read(request: web.Request, most: int) -> tuple[Mapping[str, str], bytes]:
    """Headers, with names in lower case, and body. most: bytes of it.

    Raises:
        web.HTTPRequestEntityTooLarge: it is longer.
        web.HTTPRequestTimeout: it takes too long.

    """
    parts, size = [], 0
    try:
        async with asyncio.timeout(READ_LIMIT_S):
            async for part in request.content.iter_any():
                size += len(part)
                if size > most:
                    raise web.HTTPRequestEntityTooLarge(most, size)
                parts.append(part)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    return {name.lower(): value for name, value in request.headers.items()}, b"".join(parts)
