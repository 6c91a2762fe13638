"""One request from socket to socket: faults, limits, auth, the vendor's handler, the answer."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import web

from infra.sandbox.limits import Limiter
from infra.sandbox.vendor import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.sandbox.faults import Fault
    from infra.sandbox.vendor import Operation, Vendor


class Engine:
    """Serves one vendor. `served` counts answers by (verb, status), with the status 0 for none.

    told: hears of each request and its status right before the answer goes out, or the connection is broken off.
    """

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.world = vendor.world
        self.limiter = Limiter(self.world.clock, self.world.limits_scale, self.world.limits)
        self.served: Counter[tuple[str, int]] = Counter()
        self.told: Callable[[Call, int], None] | None = None
        self._under_way = 0
        self._late: set[asyncio.Task[Answer]] = set()

    async def serve(self, operation: Operation, request: web.Request) -> web.Response:
        call = await _read(operation.verb, request, self.world.clock())
        at = int(call.at * 1_000_000)
        self.world.requests.write({"at": at, "vendor": self.vendor.name, "verb": call.verb})
        struck = self.world.faults.strike(self.vendor.name, call.verb, lambda: self._names(call))
        self._under_way += 1
        try:
            if struck.end and struck.end.strikes_before:
                await asyncio.sleep(struck.delay_s)
                return await self._end(struck.end, call, request)
            answer = await self._answer_after(struck.delay_s, operation, call)
            if struck.answer_delay_s:
                await asyncio.sleep(struck.answer_delay_s)
            if struck.end:
                return await self._end(struck.end, call, request)
            return self._render(call, answer)
        finally:
            self._under_way -= 1

    def stop(self) -> None:
        """Drop what is still to be applied."""
        for task in self._late:
            task.cancel()

    async def _answer_after(self, delay_s: float, operation: Operation, call: Call) -> Answer:
        """A slow vendor applies the change even when the client has given up meanwhile: nothing cancels this."""
        if not delay_s:
            return self._answer(operation, call)

        async def late() -> Answer:
            await asyncio.sleep(delay_s)
            return self._answer(operation, call)

        task = asyncio.create_task(late())
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        return await asyncio.shield(task)

    def _names(self, call: Call) -> set[str]:
        return self.world.people.names(self.vendor.identities(call))

    def _answer(self, operation: Operation, call: Call) -> Answer:
        vendor = self.vendor
        if vendor.concurrency and self._under_way > self.limiter.scaled(vendor.concurrency):
            return vendor.throttled(None)
        if limit := self.limiter.refused_by(operation.verb, operation.limits):
            return vendor.throttled(limit)
        return vendor.authorize(call, operation) or operation.handle(call)

    async def _end(self, fault: Fault, call: Call, request: web.Request) -> web.Response:
        if fault.kind == "status":
            answer = self.vendor.error(fault.status)
            return self._render(call, answer, _retry_after(fault, self.world.clock()))
        if fault.kind == "lie":
            return self._render(call, self.vendor.lie(call))
        if fault.kind == "hang":
            await asyncio.Event().wait()  # until the client gives up or the server stops
        self._count(call, 0)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _render(self, call: Call, answer: Answer, headers: dict[str, str] | None = None) -> web.Response:
        self._count(call, answer.status)
        text = answer.body if isinstance(answer.body, str | None) else json.dumps(answer.body)
        return web.Response(
            status=answer.status,
            text=text,
            content_type=answer.content_type if text is not None else None,
            headers={**answer.headers, **(headers or {})},
        )

    def _count(self, call: Call, status: int) -> None:
        self.served[call.verb, status] += 1
        if self.told:
            self.told(call, status)


async def _read(verb: str, request: web.Request, at: float) -> Call:
    raw = await request.read()
    params, body = dict(request.query), None
    fields: list[tuple[str, str]] = []
    if request.content_type == "application/x-www-form-urlencoded":
        fields = parse_qsl(raw.decode(errors="replace"), keep_blank_values=True)
        params.update(fields)
    elif raw:
        body = _json(raw)
    return Call(
        verb=verb,
        at=at,
        url_path=request.path,
        path=request.match_info,
        params=params,
        body=body,
        fields=fields,
        raw=raw,
        authorization=request.headers.get("Authorization", ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        digest=hashlib.sha256(f"{request.method} {request.path_qs}\n".encode() + raw).hexdigest(),
    )


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _retry_after(fault: Fault, now: float) -> dict[str, str]:
    if fault.retry_after_s is None:
        return {}
    if fault.retry_after_as == "date":
        return {"Retry-After": formatdate(int(now) + fault.retry_after_s, usegmt=True)}
    return {"Retry-After": str(fault.retry_after_s)}
