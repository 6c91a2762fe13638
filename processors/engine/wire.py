"""One of aiohttp's connections, with a short way for the usual answer: its parser takes longer than all the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
from aiohttp.client_proto import ResponseHandler

from processors.engine.usual_answer import usual_answer
from processors.vendors.batches import TOO_LONG
from processors.vendors.calls import Reply
from schemas.errors import VendorUnavailable

if TYPE_CHECKING:
    import asyncio

    from aiohttp.streams import StreamReader

MAX_ANSWER = 4 * 1024 * 1024
"""Bytes, inflated. So many calls are under way at the same time that each of them must stay small."""
_FIRST_STATUS = 200
_INTERIM = frozenset(range(100, 200)) - {101}


class Wire(ResponseHandler):
    """Takes one request after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._asked: asyncio.Future[Reply | None] | None = None
        self._bodiless = False

    async def ask(self, message: bytes, *, bodiless: bool) -> Reply:
        """The answer. bodiless: none comes with it, whatever its headers say.

        Raises:
            VendorUnavailable: the answer is none that can be used.
            Exception: whatever aiohttp raises where there is none.

        """
        if self.transport is None:
            raise aiohttp.ServerDisconnectedError
        self._bodiless = bodiless
        self._asked = self._loop.create_future()
        self.transport.write(message)
        return await self._asked or await self._parsed()

    def data_received(self, data: bytes) -> None:
        """The first bytes after a request tell which way its answer goes."""
        asked, self._asked = self._asked, None
        if asked is None or asked.done():
            super().data_received(data)
            return
        reply = usual_answer(data)
        if reply is None:
            self.set_response_params(skip_payload=self._bodiless, read_until_eof=True)
            super().data_received(data)
        asked.set_result(reply)

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        asked, self._asked = self._asked, None
        if asked is not None and not asked.done():
            asked.set_result(None)  # there is an error to be read

    async def _parsed(self) -> Reply:
        message, payload = await self.read()
        while message.code in _INTERIM:
            message, payload = await self.read()
        if message.code < _FIRST_STATUS:  # there was no request to switch
            raise VendorUnavailable("answer_is_no_http")
        if int(message.headers.get("content-length", 0)) > MAX_ANSWER:
            raise VendorUnavailable(TOO_LONG, status=message.code)
        headers = {name.lower(): value for name, value in message.headers.items()}
        return Reply(message.code, headers, await _body(payload, message.code))


async def _body(payload: StreamReader, status: int) -> bytes:
    body = bytearray()
    while chunk := await payload.readany():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise VendorUnavailable(TOO_LONG, status=status)
    return bytes(body)
