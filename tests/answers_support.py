"""Every registered adapter and its actions, carried out over a transport that is a function, for a made-up person."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from engine_support import CONNECTION, HandClock, Lane, connector

from processors.engine.auth import Token, TokenAuth
from processors.engine.rehearse import rehearse
from processors.vendors.base import VENDORS, Call, Instruction, Reply, Result, Vendor
from schemas.errors import VendorError
from schemas.events import CHANNELS, Identity

if TYPE_CHECKING:
    from processors.engine.transport import Request
    from schemas.records import Action

SUCCESS = {"accepted", "executed", "verified"}
PERSON = {
    "email": "ann.secret+x@example.test",
    "phone": "+4915112345678",
    "user_id": "user-777",
    "ga_client_id": "123456.987654",
}
NAMES = [*PERSON.values(), *(value.replace("@", "%40").replace("+", "%2B") for value in PERSON.values())]
CASES = [(name, action) for name in sorted(VENDORS) for action in sorted(VENDORS[name].can)]
API_CASES = [(name, action) for name, action in CASES if VENDORS[name].can[action].asks_vendor]


def instruction(action: Action, *, all_purposes: bool = False) -> Instruction:
    purposes = ("newsletter",)
    return Instruction(
        delivery_id="d1",
        action=action,
        cells=frozenset((purpose, channel) for purpose in purposes for channel in CHANNELS),
        all_purposes=all_purposes,
        identities=tuple(Identity(type=kind, value=value) for kind, value in PERSON.items()),
        refs=("looked",),
    )


def adapter(name: str) -> Vendor:
    kind = VENDORS[name]
    return kind(kind.options_type.model_validate(kind.example))


def auth() -> TokenAuth:
    async def fetch() -> Token:
        return Token("t", 3600)

    return TokenAuth("Bearer", fetch, HandClock())


class FastClock(HandClock):
    """Whoever sleeps wakes at once, later."""

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


async def outcome(name: str, action: Action, transport: Any, **more: Any) -> Any:
    fast = CONNECTION.model_copy(update={"limits": ()})
    ready = connector(transport, vendor=adapter(name), auth=auth(), connection=fast, clock=FastClock())
    return (await Lane().carry_out(ready, [instruction(action, **more)]))["d1"]


def answered(status: int, headers: dict[str, str], body: bytes) -> Any:
    async def send(_: Request) -> Reply:
        return Reply(status, headers, body)

    return send


async def _calls() -> dict[tuple[str, Action], list[Call]]:
    played = {case: await rehearse(adapter(case[0]), instruction(case[1])) for case in API_CASES}
    return {case: [step for step in one.steps if isinstance(step, Call)] for case, one in played.items()}


CALLS = asyncio.run(_calls())
"""Of each adapter and action, in their order, when all goes well."""


def passes(name: str, action: Action, status: int, came: Any, *, known: bool = False) -> bool:
    """Whether an answer with a status that the script reads may end so.

    Without the body that belongs to it a status above 299 proves at most that the vendor doesn't know the person, and
    one below no more than the action declares. known: another call of the script was answered as hoped: the address
    is the vendor's, and who was found a moment ago may be gone now.
    """
    can = VENDORS[name].can[action]
    if isinstance(came, VendorError):
        return True
    ends = {"no_match", "manual_task", "retained", can.kind}
    return came.outcome in (ends | {can.closing} if status < 300 or (known and status in {404, 410}) else ends)


def is_success(came: Any) -> bool:
    return isinstance(came, Result) and came.outcome in SUCCESS
