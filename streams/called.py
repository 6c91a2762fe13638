"""What somebody who calls us sends, within what we are willing to read; whatever it is, no log repeats it."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from schemas.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from aiohttp.typedefs import Handler

log = structlog.get_logger()
READ_LIMIT_S = 10.0
_SILENT = logging.Logger("called", logging.CRITICAL + 1)  # noqa: LOG001 - one that no setting gives a voice
"""aiohttp's own texts about a request that it can't read repeat the caller's address and a piece of the request."""
SHORT_BYTES = 64 * 1024


class Room:
    """So many long bodies are in memory at once: anybody can begin to send one, and only the whole tells who it was.

    A short one always finds room, so that who fills it keeps no short message out.
    """

    def __init__(self, most: int = 4) -> None:
        self._free = most

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Raises web.HTTPServiceUnavailable: there is no more room now."""
        if self._free == 0:
            raise web.HTTPServiceUnavailable
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


async def read(request: web.Request, most: int, room: Room | None = None) -> tuple[Mapping[str, str], bytes]:
    """Headers, with names in lower case, and body. most: bytes of it; room: for one above `SHORT_BYTES`.

    Raises:
        web.HTTPBadRequest: it breaks off, or is not encoded as it says.
        web.HTTPRequestEntityTooLarge: it is longer.
        web.HTTPRequestTimeout: it takes too long.
        web.HTTPServiceUnavailable: too many long ones are coming in.

    """
    parts, size = [], 0
    try:
        with ExitStack() as stack:
            async with asyncio.timeout(READ_LIMIT_S):
                async for part in request.content.iter_any():
                    before, size = size, size + len(part)
                    if size > most:
                        raise web.HTTPRequestEntityTooLarge(most, size)
                    if room is not None and before <= SHORT_BYTES < size:
                        stack.enter_context(room.taken())
                    parts.append(part)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (web.RequestPayloadError, OSError):
        raise web.HTTPBadRequest from None
    return {name.lower(): value for name, value in request.headers.items()}, b"".join(parts)


def taking() -> web.Application:
    """For calls from outside: what goes wrong with one is said by its kind, and never by its text."""
    return web.Application(middlewares=(_only_its_kind,))


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int, refused: str, variable: str) -> AsyncIterator[int]:
    """Calls are taken for as long as the context is open; at which port. port: 0 for any that is free.

    refused: what can't be done without it, for people; variable: the middle of the settings that name the address.

    Raises:
        SetupError: the port can't be had.

    """
    runner = web.AppRunner(app, access_log=None, logger=_SILENT)
    try:
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise _taken(error, host, port, refused, variable) from None
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def check_free(host: str, port: int, refused: str, variable: str) -> None:
    """Listen there for a moment, before somebody does who says it less clearly. Arguments as of `listening`.

    Raises:
        SetupError: the port can't be had.

    """
    async with listening(web.Application(), host, port, refused, variable):
        pass


def _taken(error: OSError, host: str, port: int, refused: str, variable: str) -> SetupError:
    # The text of asyncio's errors names the address once more; those of a look-up have numbers of their own.
    number = error.errno or 0
    reason = os.strerror(number) if number > 0 else error.strerror or str(error)
    return SetupError(
        f"{refused} at {f'[{host}]' if ':' in host else host}:{port}: {reason}",
        remedy=f"set CONSENT_RELAY_{variable}_HOST and CONSENT_RELAY_{variable}_PORT to a free address",
    )


@web.middleware
async def _only_its_kind(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours; its text may hold what the caller sent
        log.error("call_failed", error=type(error).__name__)  # noqa: TRY400
        return web.Response(status=500)
