"""The one place that speaks HTTP. Everything else sees a function from Request to Reply."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import field
from functools import cache
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from processors.engine.exchange import Exchange
from processors.engine.trust import trusting
from processors.engine.unanswered import unanswered
from processors.vendors.base import Reply
from schemas.errors import OwnershipError, VendorError
from schemas.values import value

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from aiohttp.client_reqrep import ConnectionKey
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace


@value
class Request:
    """`url` is complete and encoded. The repr names the host alone: all the rest may name a person.

    permit: asked right before the request is written, as a connection may take a while to make; what it raises ends
    the call, and nothing is written.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout_s: float = 4.0
    permit: Callable[[], object] = field(default=lambda: None, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"Request({self.method} {URL(self.url, encoded=True).host})"


Transport = Callable[[Request], Awaitable[Reply]]
"""Raises VendorUnavailable (`unanswered` says which) when there is no answer. Header names of the Reply are in lower
case. Redirects are answers like any other: no call may end at another host."""


@asynccontextmanager
async def http_transport(ca_file: Path | None = None) -> AsyncIterator[Transport]:
    """A transport over aiohttp, open inside the `async with`. ca_file: certificates to trust besides the system's.

    Raises:
        SetupError: there are no certificates in the file.

    """
    connector = _Connector(limit=0, ssl=_trusting(ca_file))  # connections limit themselves, by `concurrency`
    async with connector:
        exchange = Exchange(connector)

        async def send(request: Request) -> Reply:
            try:
                return await exchange(request)
            except (VendorError, OwnershipError):
                raise
            except Exception as error:  # noqa: BLE001 - whatever a vendor sends, the lane goes on
                raise unanswered(error) from None

        yield send


class _Connector(aiohttp.TCPConnector):
    """Uses no connection again on which something came in that nobody asked for: it would answer the next request."""

    async def _get(self, key: ConnectionKey, traces: list[Trace]) -> Connection | None:
        while (found := await super()._get(key, traces)) is not None:
            if found.protocol is not None and not found.protocol.should_close:
                return found
            found.close()
        return None


@cache  # reading the system's certificates takes a while
def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    context = trusting(ca_file, "CA_FILE")
    context.set_alpn_protocols(["http/1.1"])
    return context
