"""Calls from vendors about their jobs: checked, written to `consent.control`, and only then answered.

What a genuine call says goes to every worker; the one that has the job acts on it.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from aiokafka.errors import KafkaError

from processors.engine.connect import vendor_of
from processors.vendors.callbacks import CallsBack
from schemas.codec import encode
from schemas.errors import CallbackRefused
from schemas.events import names_person
from schemas.ids import answer_hash, prefixed
from schemas.records import Command
from streams.called import read
from streams.lanes.orders.callbacks import BODY, CALLBACK, DONE, JOB
from streams.metrics import definitions as d
from streams.ownership.tenure import now_micros
from streams.topics import CONTROL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiokafka import AIOKafkaProducer

    from processors.vendors.callbacks import Heard
    from schemas.connections import Connection
    from streams.metrics.registry import Metrics

log = structlog.get_logger()
MOST_BYTES = 64 * 1024
WRITE_LIMIT_S = 10.0
LONGEST_JOB_ID = 256
UNKNOWN = "unknown"
Caller = tuple[str, CallsBack, str]
"""A connection, its adapter, and the secret that its vendor signs with."""


def callers(connections: Mapping[str, Connection], secret: Callable[[str], str]) -> dict[str, Caller]:
    """Whose vendors may call us, by connection: those whose adapter knows how, and that have a secret for it.

    Raises:
        SetupError: the secret isn't there, or is none.

    """
    found: dict[str, Caller] = {}
    for name, connection in connections.items():
        vendor = vendor_of(connection)
        if isinstance(vendor, CallsBack) and vendor.is_called(connection.secrets):
            value = secret(connection.secrets[vendor.signed_with]) if vendor.signed_with else ""
            vendor.check_secret(value)
            found[name] = (name, vendor, value)
    return found


def command_of(lane: str, message: str, heard: Heard, body: bytes, pepper: bytes) -> Command:
    """What the workers are told; the same for the same message. message: its own id, as the vendor names it."""
    about = {JOB: heard.job_id, BODY: answer_hash(pepper, hashlib.sha256(body).hexdigest())}
    about |= {DONE: "yes"} if heard.is_done else {}
    about_id = hashlib.sha256(prefixed(CALLBACK, lane, message)).hexdigest()
    return Command(
        command_id=about_id, name=CALLBACK, lane=lane, args=about, by="vendor", reason="called us", at=now_micros()
    )


class CallbackDesk:
    """`give`: returns when a command is committed."""

    def __init__(
        self, known: Mapping[str, Caller], pepper: bytes, producer: AIOKafkaProducer, metrics: Metrics
    ) -> None:
        self.known = known
        self._pepper = pepper
        self._producer = producer
        self._counter = metrics[d.CALLBACKS]

    async def take(self, request: web.Request) -> web.Response:
        """POST /callbacks/<connection>."""
        caller = self.known.get(request.match_info["connection"])
        if caller is None:
            return self._answer(UNKNOWN, 404)
        lane, vendor, secret = caller
        try:
            headers, body = await read(request, MOST_BYTES)
            message = vendor.check(secret, headers, body, time.time())
        except web.HTTPException as error:
            return self._answer(lane, error.status)
        except CallbackRefused:
            return self._answer(lane, 401)
        return await self._heard(lane, vendor, message, body)

    async def _heard(self, lane: str, vendor: CallsBack, message: str, body: bytes) -> web.Response:
        try:
            heard = vendor.heard(body)
        except CallbackRefused:
            return self._answer(lane, 400)
        except Exception as error:  # noqa: BLE001 - an adapter's own fault; its text may hold what the body said
            log.error("callback_not_understood", lane=lane, error=type(error).__name__)  # noqa: TRY400
            return self._answer(lane, 500)
        if not heard.job_id or len(heard.job_id) > LONGEST_JOB_ID or names_person(heard.job_id):
            return self._answer(lane, 400)
        value = encode(command_of(lane, message, heard, body, self._pepper))
        try:
            async with asyncio.timeout(WRITE_LIMIT_S):
                await self._producer.send_and_wait(CONTROL, value, key=lane.encode(), partition=0)
        except (KafkaError, TimeoutError):
            return self._answer(lane, 503)
        return self._answer(lane, 204)

    def _answer(self, lane: str, status: int) -> web.Response:
        self._counter.labels(lane, str(status)).inc()
        return web.Response(status=status)
