"""Messages from vendors about what people chose there: checked, published as events, and only then answered.

Of what is refused nothing is kept. Whatever names a person, and the secret in a path, stands in no log and no metric.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from processors.sources.base import Message
from processors.sources.events import event_of
from schemas.errors import CallbackRefused, DataError, VendorError
from streams.called import Room, read
from streams.commands.lines import Line
from streams.commands.publishing import publish_all
from streams.metrics import definitions as d
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiokafka import AIOKafkaProducer

    from processors.routing.desk import Desk
    from processors.sources.base import Heard, Told
    from processors.sources.configured import Known
    from schemas.events import ConsentEvent
    from streams.metrics.registry import Metrics

log = structlog.get_logger()
MOST_BYTES = 8 * 1024 * 1024
"""Klaviyo sends up to a thousand events at once."""
WRITE_LIMIT_S = 4.0
"""HubSpot waits five seconds for an answer."""


class SourceDesk:
    """`take`: returns when the events are in the log."""

    def __init__(self, known: Mapping[str, Known], desk: Desk, producer: AIOKafkaProducer, metrics: Metrics) -> None:
        self._known = known
        self._desk = desk
        self._producer = producer
        self._counter = metrics[d.CALLBACKS]
        self._room = Room()

    async def greet(self, request: web.Request) -> web.Response:
        """GET /sources/<source>/<secret>: is there anybody?"""
        known = self._known.get(request.match_info["source"])
        if known is None or not known.source.by_path:
            return self._answer("unknown", 404)
        return self._answer(known.row.name, 200 if _is_genuine(known, _message(request, {}, b"")) else 401)

    async def take(self, request: web.Request) -> web.Response:
        """POST /sources/<source>, or with its secret behind it."""
        known = self._known.get(request.match_info["source"])
        if known is None:
            return self._answer("unknown", 404)
        try:
            message = _message(request, *await read(request, MOST_BYTES, self._room))
        except web.HTTPException as error:
            return self._answer(known.row.name, error.status)
        if not _is_genuine(known, message):
            return self._answer(known.row.name, 401)
        return self._answer(known.row.name, await self._taken(known, message))

    async def _taken(self, known: Known, message: Message) -> int:
        try:
            heard = await known.hear(message)
        except CallbackRefused as error:
            log.warning("source_not_understood", source=known.row.name, reason=str(error))
            return 400
        except VendorError as error:
            log.warning("source_look_up_failed", source=known.row.name, reason=error.reason)
            return 503
        except Exception as error:  # noqa: BLE001 - a fault of ours; its text may hold what the message said
            log.error("source_not_understood", source=known.row.name, error=type(error).__name__)  # noqa: TRY400
            return 500
        return await self._published(known, heard)

    async def _published(self, known: Known, heard: tuple[Heard, ...]) -> int:
        odd = [one for one in heard if isinstance(one, CallbackRefused)]
        for one in odd:
            log.warning("source_not_understood", source=known.row.name, reason=str(one))
        told = [one for one in heard if not isinstance(one, CallbackRefused)]
        lines = [Line(known.row.name, number, self._event(known, one)) for number, one in enumerate(told, 1)]
        errors = [fate.error for fate in await publish_all(self._producer, lines, self._desk.home, WRITE_LIMIT_S)]
        for error in errors:
            if isinstance(error, DataError):
                log.warning("source_not_taken", source=known.row.name, field=error.field, reason=error.message)
        if any(error is not None and not isinstance(error, DataError) for error in errors):
            return 503
        return 422 if odd or any(errors) else 204

    def _event(self, known: Known, told: Told) -> ConsentEvent | DataError:
        try:
            event = event_of(told, known.row, known.source.options, self._desk.pepper)
            self._desk.check(event, now_micros())
        except DataError as error:
            return error
        return event

    def _answer(self, source: str, status: int) -> web.Response:
        self._counter.labels(source, str(status)).inc()
        return web.Response(status=status)


def _message(request: web.Request, headers: Mapping[str, str], body: bytes) -> Message:
    return Message(headers, body, request.match_info.get("token", ""))


def _is_genuine(known: Known, message: Message) -> bool:
    try:
        known.source.check(known.secret, message, time.time())
    except CallbackRefused:
        return False
    return True
