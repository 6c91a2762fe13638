"""Whether a connection's address and credentials are good: one harmless reading call, or a token alone."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from processors.engine.script import Ended, safely
from schemas.errors import VendorError

if TYPE_CHECKING:
    from processors.engine.clock import Clock
    from processors.engine.run import Connector
    from processors.vendors.base import Call, Reply

Asked = Literal["call", "token", "nothing"]


@dataclass(frozen=True, slots=True)
class Probed:
    """`asked`: what the vendor was asked for; nothing: there is no such call, and credentials without a token.

    error: None: all is well, as far as was asked; status: of the call's answer; seconds: it took.
    """

    asked: Asked
    error: VendorError | None
    status: int | None
    seconds: float


async def probe(connector: Connector, clock: Clock) -> Probed:
    """Ask once. The answer is read to be JSON, or nothing, and is thrown away."""
    call = safely(connector.vendor.probe)
    if isinstance(call, Ended):
        return Probed("call", call.value, None, 0.0)
    began = clock.steady()
    asked: Asked = "call" if call is not None else "token" if connector.caller.needs_token else "nothing"
    status, error = None, None
    try:
        if call is not None:
            status = (await _read(connector, call)).status
        else:
            await connector.caller.token()
    except VendorError as caught:
        status, error = caught.status, caught
    return Probed(asked, error, status, clock.steady() - began)


async def _read(connector: Connector, call: Call) -> Reply:
    reply = await connector.caller.call(call, nullcontext)
    if reply.body.strip():
        reply.json()
    return reply
