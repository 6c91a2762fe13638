"""One call to a vendor: under the limits, with credentials, at most once more after a rejected token."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from pydantic_core import to_json

from processors.engine.auth import TokenAuth
from processors.engine.classify import classify
from processors.engine.data_rights import PLAIN, SignedAuth
from processors.engine.limiter import Told
from processors.engine.script import Ended, safely
from processors.engine.transport import Request, Transport
from processors.limits.headers import left
from schemas.errors import VendorAuthRejected, VendorError, VendorUnavailable

if TYPE_CHECKING:
    from processors.engine.auth import Auth, Headers
    from processors.engine.clock import Clock
    from processors.engine.limiter import Limiter
    from processors.limits.headers import Left
    from processors.vendors.base import Call, Reply, Vendor
    from schemas.connections import Connection

_TOKEN_IS_GOOD = frozenset({HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN})
Permit = Callable[[], AbstractContextManager[None]]
"""Raises OwnershipLost when this process may not call any more; open for as long as the request is in the air."""


class Caller:
    def __init__(
        self,
        connection: Connection,
        vendor: Vendor,
        *,
        transport: Transport,
        auth: Auth,
        limiter: Limiter,
        clock: Clock,
    ) -> None:
        self._vendor = vendor
        self._base_url = connection.base_url
        self._timeout_s = connection.timeout_s
        self._transport = transport
        self._auth = auth
        self._limiter = limiter
        self._clock = clock

    @property
    def needs_token(self) -> bool:
        """Whether somebody gives out the credentials of each call, and may refuse to."""
        return isinstance(self._auth, TokenAuth)

    async def token(self) -> None:
        """Have the credentials of a call at hand.

        Raises:
            VendorError: who gives them out doesn't.

        """
        await self._auth.headers()

    async def call(self, call: Call, permit: Permit) -> Reply:
        """The answer, with a status that the script expects.

        Raises:
            VendorError: any other answer, or none.

        """
        headers, reply, error = await self._send(call, permit)
        # A token may end before its time. That a good one may not do this, or nobody may, no new one mends.
        if isinstance(error, VendorAuthRejected) and reply.status not in _TOKEN_IS_GOOD:
            renewed = await self._auth.renew(headers)
            if renewed is not headers:
                _, reply, error = await self._send(call, permit)
        if error is not None:
            raise error
        return reply

    async def _send(self, call: Call, permit: Permit) -> tuple[Headers, Reply, VendorError | None]:
        with await self._limiter.turn(call.api) as tell:
            headers = await self._auth.headers()
            base_url = (self._base_url or self._vendor.url_of(call)).rstrip("/")
            request = safely(build, self._with_own(call), base_url, headers, self._timeout_s, permit)
            if isinstance(request, Ended):
                raise request.value
            if request.body is not None and isinstance(self._auth, SignedAuth):
                plain = {**request.headers, "content-type": PLAIN}
                request = replace(request, body=self._auth.signed(request.body), headers=plain)
            with permit():
                reply = await self._transport(request)
            now = self._clock.wall()
            fault = safely(self._vendor.fault, reply, answer=reply)
            error = fault.value if isinstance(fault, Ended) else fault or classify(reply, call.expect, now)
            calls_left = left(reply.headers, self._vendor.limit_headers, now)
            if error is not None or calls_left is not None:
                tell(_told(error, calls_left))
            return headers, reply, error

    def _with_own(self, call: Call) -> Call:
        headers, params = self._vendor.headers, self._auth.params
        if not headers and not params:
            return call
        return replace(call, headers={**headers, **call.headers}, params={**call.params, **params})


def _told(error: VendorError | None, calls_left: Left | None) -> Told:
    if not isinstance(error, VendorUnavailable):
        return Told(left=calls_left)
    wait_s = (error.retry_after or 0.0) if error.lane_wide else 0.0
    return Told(error.too_fast, wait_s, calls_left)


def build(call: Call, base_url: str, headers: Headers, timeout_s: float, permit: Permit = nullcontext) -> Request:
    """The request of a call. Every sign of a parameter that means something in a URL is encoded."""
    query = f"?{urlencode(call.params, quote_via=quote, safe='')}" if call.params else ""
    body, kind = None, {}
    if call.json is not None:
        body, kind = to_json(call.json), {"content-type": "application/json"}
    elif call.form is not None:
        body = urlencode(call.form, doseq=True).encode()
        kind = {"content-type": "application/x-www-form-urlencoded"}
    given = {"accept": "application/json", "user-agent": "consent-relay", **kind, **call.headers, **headers}
    return Request(call.method, f"{base_url}{call.path}{query}", given, body, timeout_s, permit)
