"""What somebody who calls us sends, within what we are willing to read; whatever it is, no log repeats it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

log = structlog.get_logger()
READ_LIMIT_S = 10.0
_SILENT = logging.Logger("called", logging.CRITICAL + 1)  # noqa: LOG001 - one that no setting gives a voice
"""aiohttp's own texts about a request that it can't read repeat the caller's address and a piece of the request."""


async def read(request: web.Request, most: int) -> tuple[Mapping[str, str], bytes]:
    """Headers, with names in lower case, and body. most: bytes of it.

    Raises:
        web.HTTPBadRequest: it breaks off, or is not encoded as it says.
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
    except (web.RequestPayloadError, OSError):
        raise web.HTTPBadRequest from None
    return {name.lower(): value for name, value in request.headers.items()}, b"".join(parts)


def taking() -> web.Application:
    """For calls from outside: what goes wrong with one is said by its kind, and never by its text."""
    return web.Application(middlewares=(_only_its_kind,))


def runner_of(app: web.Application) -> web.AppRunner:
    """Of an app that takes calls from outside."""
    return web.AppRunner(app, access_log=None, logger=_SILENT)


@web.middleware
async def _only_its_kind(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours; its text may hold what the caller sent
        log.error("call_failed", error=type(error).__name__)  # noqa: TRY400
        return web.Response(status=500)
