"""One request and its answer over aiohttp's connections.

Connections, TLS and the parser are aiohttp's. Its `ClientSession`, with cookies, redirects, authentication, proxies,
streamed bodies and a task for each of them, is not needed for a request whose bytes are known, and takes most of the
time that a call costs. What is used below it has no promise to stay: the version is pinned, and tests show that it
works.
"""

from __future__ import annotations

import asyncio
from functools import cache, cached_property, lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import aiohttp
from yarl import URL

from processors.engine.deadlines import Deadlines
from processors.vendors.batches import TOO_LONG
from processors.vendors.calls import Reply
from schemas.errors import VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiohttp.client_proto import ResponseHandler
    from aiohttp.client_reqrep import ConnectionKey
    from aiohttp.connector import Connection
    from aiohttp.streams import StreamReader

    from processors.engine.transport import Request

MAX_ANSWER = 4 * 1024 * 1024
"""Bytes, inflated. So many calls are under way at the same time that each of them must stay small."""
_FIRST_STATUS = 200
_INTERIM = frozenset(range(100, 200)) - {101}
_BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})
_NO_LIMIT = aiohttp.ClientTimeout()
_WORDS = 3
"""Of the first line: method, target, version."""
_MISREAD = "the request would not be read as it is meant"
_KEPT = 64
Headers = tuple[tuple[str, str], ...]


class Exchange:
    """Sends requests over the connections of a connector. Only inside a running loop."""

    def __init__(self, connector: aiohttp.TCPConnector) -> None:
        self._connector = connector
        self._deadlines = Deadlines()
        self._host = cache(_host)

    async def __call__(self, request: Request) -> Reply:
        """The answer; the connection is used again unless something is odd about it.

        Raises:
            VendorUnavailable: the answer is none that can be used.
            OwnershipError: from the request's `permit`.
            Exception: whatever aiohttp raises where there is none.

        """
        url = URL(request.url, encoded=True)
        host = self._host(url.scheme, url.raw_authority)
        head = _head(request, url.raw_path_qs, host)
        with self._deadlines.within(request.timeout_s):
            connection = await self._connector.connect(host.asked, [], _NO_LIMIT)
            try:
                protocol, wire = _open(connection)
                protocol.set_response_params(skip_payload=request.method == "HEAD", read_until_eof=True)
                request.permit()
                wire.write(head + (request.body or b""))
                reply = await _answer(protocol)
            except BaseException:
                connection.close()
                raise
            connection.release()
            return reply


class Host(NamedTuple):
    """Whom to connect to. fields: a request's headers → their lines, with those that every request has."""

    asked: aiohttp.ClientRequest
    fields: Callable[[Headers], str]


class _Asked(aiohttp.ClientRequest):
    """Its connections' key is worked out once."""

    @cached_property
    def connection_key(self) -> ConnectionKey:
        return super().connection_key


def _host(scheme: str, authority: str) -> Host:
    asked = _Asked("GET", URL(f"{scheme}://{authority}/"), loop=asyncio.get_running_loop())
    return Host(asked, lru_cache(_KEPT)(partial(_fields, asked.headers)))


def _fields(common: Mapping[str, str], given: Headers) -> str:
    """Nearly all requests to a host have the same ones."""
    headers = {name.lower(): value for name, value in (*common.items(), *given)}
    headers.pop("content-length", None)  # which is ours to say
    text = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if not text.count("\r") == text.count("\n") == len(headers) or "\0" in text:
        raise ValueError(_MISREAD)
    return text


def _open(connection: Connection) -> tuple[ResponseHandler, asyncio.WriteTransport]:
    protocol = connection.protocol
    if protocol is None or protocol.transport is None:
        raise aiohttp.ServerDisconnectedError
    return protocol, protocol.transport


def _head(request: Request, target: str, host: Host) -> bytes:
    first = f"{request.method} {target} HTTP/1.1"
    if len(first.split()) != _WORDS or not first.isprintable():
        raise ValueError(_MISREAD)
    fields = host.fields(tuple(request.headers.items()))
    has_length = request.body is not None or request.method not in _BODILESS
    length = f"content-length: {len(request.body or b'')}\r\n" if has_length else ""
    return f"{first}\r\n{fields}{length}\r\n".encode()


async def _answer(protocol: ResponseHandler) -> Reply:
    message, payload = await protocol.read()
    while message.code in _INTERIM:
        message, payload = await protocol.read()
    if message.code < _FIRST_STATUS:  # there was no request to switch
        raise VendorUnavailable("answer_is_no_http")
    if int(message.headers.get("content-length", 0)) > MAX_ANSWER:
        raise VendorUnavailable(TOO_LONG, status=message.code)
    headers = {name.lower(): value for name, value in message.headers.items()}
    return Reply(message.code, headers, await _body(payload, message.code))


async def _body(payload: StreamReader, status: int) -> bytes:
    if payload.is_eof() and payload.total_bytes <= MAX_ANSWER:  # all of it has come in, as nearly always
        return payload.read_nowait()
    body = bytearray()
    while chunk := await payload.readany():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise VendorUnavailable(TOO_LONG, status=status)
    return bytes(body)
