"""One request and its answer over aiohttp's connections.

Connections, TLS and the parser are aiohttp's. Its `ClientSession`, with cookies, redirects, authentication, proxies,
streamed bodies and a task for each of them, is not needed for a request whose bytes are known, and takes most of the
time that a call costs. What is used below it has no promise to stay: the version is pinned, and tests show that it
works.
"""

from __future__ import annotations

import asyncio
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple, cast

import aiohttp
from yarl import URL

from processors.engine.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ssl import SSLContext

    from aiohttp.client_proto import ResponseHandler
    from aiohttp.client_reqrep import ConnectionKey
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

    from processors.engine.transport import Request
    from processors.vendors.calls import Reply

_BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})
_NO_LIMIT = aiohttp.ClientTimeout()
_WORDS = 3
"""Of the first line: method, target, version."""


class Connector(aiohttp.TCPConnector):
    """Makes wires, as many as are wanted: a relay's connections limit themselves, by `concurrency`.

    Uses none again on which something came in that nobody asked for: it would answer the next request.
    """

    def __init__(self, context: SSLContext) -> None:
        super().__init__(limit=0, ssl=context)
        self._factory = cast("partial[ResponseHandler]", partial(Wire, loop=self._loop))

    async def _get(self, key: ConnectionKey, traces: list[Trace]) -> Connection | None:
        while (found := await super()._get(key, traces)) is not None:
            if found.protocol is not None and not found.protocol.should_close:
                return found
            found.close()
        return None


class Exchange:
    """Sends requests over the connections of a connector. Only inside a running loop."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._host = cache(_host)

    async def __call__(self, request: Request) -> Reply:
        """The answer; the connection is used again unless something is odd about it.

        Raises:
            VendorUnavailable: the answer is none that can be used.
            Exception: whatever aiohttp raises where there is none.

        """
        url = URL(request.url, encoded=True)
        host = self._host(url.scheme, url.raw_authority)
        message = _head(request, url.raw_path_qs, host.headers) + (request.body or b"")
        async with asyncio.timeout(request.timeout_s):
            connection = await self._connector.connect(host.asked, [], _NO_LIMIT)
            try:
                wire = connection.protocol
                assert isinstance(wire, Wire)  # noqa: S101 - our connector makes no others
                reply = await wire.ask(message, bodiless=request.method == "HEAD")
            except BaseException:
                connection.close()
                raise
            connection.release()
            return reply


class Host(NamedTuple):
    """Whom to connect to. headers: those that every request has, names in lower case."""

    asked: aiohttp.ClientRequest
    headers: dict[str, str]


def _host(scheme: str, authority: str) -> Host:
    asked = aiohttp.ClientRequest("GET", URL(f"{scheme}://{authority}/"), loop=asyncio.get_running_loop())
    return Host(asked, {name.lower(): value for name, value in asked.headers.items()})


def _head(request: Request, target: str, common: Mapping[str, str]) -> bytes:
    headers = {**common, **{name.lower(): value for name, value in request.headers.items()}}
    if request.body is not None or request.method not in _BODILESS:
        headers["content-length"] = str(len(request.body or b""))
    first = f"{request.method} {target} HTTP/1.1"
    text = "\r\n".join([first, *[f"{name}: {value}" for name, value in headers.items()], "", ""])
    ends = len(headers) + 2
    if len(first.split()) != _WORDS or not text.count("\r") == text.count("\n") == ends or "\0" in text:
        raise ValueError("the request would not be read as it is meant")
    return text.encode()
