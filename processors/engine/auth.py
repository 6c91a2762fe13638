"""How a connection proves who it is: kinds by name, and a token that is fetched once for all who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from schemas.errors import VendorError, VendorUnavailable

if TYPE_CHECKING:
    from processors.engine.clock import Clock

Headers = Mapping[str, str]
_MARGIN_S = 60.0
_HOLD_S = 2.0


class Auth(Protocol):
    @property
    def params(self) -> Mapping[str, str]:
        """What stands in the query of each request; no log ever has a query."""

    async def headers(self) -> Headers:
        """Headers for the next request.

        Raises:
            VendorAuthRejected: the issuer refuses our credentials.
            VendorUnavailable: the issuer gives no token now.

        """

    async def renew(self, stale: Headers) -> Headers:
        """Headers for one more try after the vendor rejected `stale`; the same ones if there are no others."""


@dataclass(frozen=True, slots=True)
class Token:
    """`life_s`: how long it is good, s."""

    value: str = field(repr=False)
    life_s: float


class TokenAuth:
    """An access token, fetched before it ends and after a rejection. However many wait, one of them fetches.

    A failure holds for a moment (or as long as the issuer asks): issuers count how often they are asked.
    """

    params: Mapping[str, str] = MappingProxyType({})

    def __init__(self, scheme: str, fetch: Callable[[], Awaitable[Token]], clock: Clock) -> None:
        self._scheme = scheme
        self._fetch = fetch
        self._clock = clock
        self._headers: Headers | None = None
        self._good_until = 0.0
        self._failure: tuple[VendorError, float] | None = None
        self._under_way: asyncio.Task[Headers] | None = None

    async def headers(self) -> Headers:
        if self._headers is not None and self._clock.steady() < self._good_until:
            return self._headers
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._refresh())
            self._under_way.add_done_callback(self._finished)
        # Shielded: one waiter's cancellation must not take the token from the others.
        return await asyncio.shield(self._under_way)

    async def renew(self, stale: Headers) -> Headers:
        if self._headers is stale:  # else somebody has renewed it meanwhile
            self._headers = None
        return await self.headers()

    async def _refresh(self) -> Headers:
        if self._failure is not None and self._clock.steady() < self._failure[1]:
            raise self._failure[0]
        try:
            token = await self._fetch()
        except VendorError as error:
            wait = error.retry_after if isinstance(error, VendorUnavailable) else None
            self._failure = (error, self._clock.steady() + (_HOLD_S if wait is None else wait))
            raise
        self._failure = None
        self._good_until = self._clock.steady() + token.life_s - min(_MARGIN_S, token.life_s / 2)
        self._headers = {"authorization": f"{self._scheme} {token.value}"}
        return self._headers

    def _finished(self, task: asyncio.Task[Headers]) -> None:
        self._under_way = None
        if not task.cancelled():
            task.exception()  # seen, also when every waiter is gone
