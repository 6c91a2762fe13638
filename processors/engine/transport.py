"""The one place that speaks HTTP. Everything else sees a function from Request to Reply."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from processors.vendors.base import Reply
from schemas.errors import VendorUnavailable

_MAX_ANSWER = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """`url` is complete and encoded. The repr names the host alone: all the rest may name a person."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout_s: float = 4.0

    def __repr__(self) -> str:
        return f"Request({self.method} {URL(self.url, encoded=True).host})"


Transport = Callable[[Request], Awaitable[Reply]]
"""Raises VendorUnavailable (`timeout`, `unreachable`, `connection_reset`) when there is no answer. Header names of
the Reply are in lower case. Redirects are answers like any other: no call may end at another host."""


@asynccontextmanager
async def http_transport() -> AsyncIterator[Transport]:
    """A transport over aiohttp, open inside the `async with`."""
    connector = aiohttp.TCPConnector(limit=0)  # connections limit themselves, by `concurrency`
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def send(request: Request) -> Reply:
            try:
                return await _exchange(session, request)
            # Texts of these errors may hold the URL, so nothing of them goes on.
            except TimeoutError:
                raise VendorUnavailable("timeout") from None
            except aiohttp.ClientConnectorError:
                raise VendorUnavailable("unreachable") from None
            except (aiohttp.ClientError, ConnectionError, asyncio.IncompleteReadError):
                raise VendorUnavailable("connection_reset") from None

        # aiohttp would send some requests a second time by itself; whether to is not its decision.
        session._retry_connection = False  # noqa: SLF001 - there is no public switch
        yield send


async def _exchange(session: aiohttp.ClientSession, request: Request) -> Reply:
    async with session.request(
        request.method,
        URL(request.url, encoded=True),
        headers=request.headers,
        data=request.body,
        allow_redirects=False,
        timeout=aiohttp.ClientTimeout(total=request.timeout_s),
    ) as response:
        body = bytearray()
        async for chunk in response.content.iter_chunked(65536):
            body += chunk
            if len(body) > _MAX_ANSWER:
                raise VendorUnavailable("answer_too_long", status=response.status)
        return Reply(response.status, {name.lower(): value for name, value in response.headers.items()}, bytes(body))
