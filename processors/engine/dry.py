"""A connection that only rehearses: what it would call is told, and nothing is sent, not even for a token."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from processors.engine.rehearse import rehearse
from processors.engine.run import Connector
from processors.vendors.base import Call, Result
from schemas.errors import VendorUnavailable
from schemas.records import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from processors.engine.caller import Permit
    from processors.engine.run import NoteDown, Outcome
    from processors.engine.transport import Request
    from processors.vendors.base import Instruction, Reply
    from schemas.events import Identity

NOBODY = {"email": "person@example.invalid", "phone": "+10000000000"}
_OTHER = "person"
_SHA256 = "0" * 64
_SHOWN = 10


async def unsent(_: Request) -> Reply:
    """Transport of a connection that only rehearses."""
    raise VendorUnavailable("dry_run")


@dataclass(frozen=True, slots=True)
class DryRun(Connector):
    """Rehearses each instruction for a person who isn't there, so that nothing of what is told can name anybody."""

    async def carry_out(
        self, instructions: Sequence[Instruction], *, note: NoteDown, permit: Permit
    ) -> dict[str, Outcome]:
        """`dry_run` for each, with the calls in the evidence: methods, host, paths, and one hash over all of them."""
        del note, permit
        return {one.delivery_id: await self._rehearsed(one) for one in instructions}

    async def _rehearsed(self, instruction: Instruction) -> Result:
        anybody = tuple(map(_nobody, instruction.identities))
        played = await rehearse(self.vendor, replace(instruction, identities=anybody, refs=()))
        ends = played.outcome.outcome if isinstance(played.outcome, Result) else f"failed, {played.outcome.reason}"
        calls = [step for step in played.steps if isinstance(step, Call)]
        return Result("dry_run", evidence=Evidence(detail=f"{_told(self._where, calls)} (ends as {ends})"))

    def _where(self, call: Call) -> str:
        base = urlsplit(self.connection.base_url or self.vendor.url_of(call))
        return base.netloc + base.path.rstrip("/")


def _nobody(identity: Identity) -> Identity:
    value = _SHA256 if identity.format == "sha256" else NOBODY.get(identity.type, _OTHER)
    return identity.model_copy(update={"value": value})


def _told(where: Callable[[Call], str], calls: Sequence[Call]) -> str:
    if not calls:
        return "no call"
    shown = [f"{call.method} {where(call)}{call.path}" for call in calls[:_SHOWN]]
    more = [f"{len(calls) - _SHOWN} more"] if len(calls) > _SHOWN else []
    return f"{'; '.join(shown + more)}; sha256 {_digest(calls)}"


def _digest(calls: Iterable[Call]) -> str:
    parts: list[Any] = [[c.method, c.path, dict(c.params), c.json, dict(c.form or {})] for c in calls]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
