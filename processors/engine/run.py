"""A connection that can carry instructions out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from processors.engine.ask import Said, ask
from processors.engine.discreet import Keyed, discreet, own_key
from processors.engine.script import bare, drive
from processors.vendors.base import Call, Instruction, Note, OutcomeWord, Result, Step, Vendor
from processors.vendors.batches import packed, together
from processors.vendors.capability import Capability
from processors.vendors.later import read_back_after
from schemas.errors import BatchRefused, VendorError, VendorRefused

if TYPE_CHECKING:
    from processors.engine.caller import Caller, Permit
    from processors.engine.limiter import Limiter
    from processors.engine.script import Perform
    from processors.vendors.later import Asks, Schedule
    from schemas.connections import Connection
    from schemas.records import Action

NoteDown = Callable[[Note], Awaitable[None]]
"""Commits a note, and returns when it can't be lost any more."""
Outcome = Result | VendorError
_OUTCOMES = get_args(OutcomeWord)
_USUAL = Capability()


@dataclass(frozen=True, slots=True)
class Connector:
    """One account at a vendor. `limiter` is there for the lane to set its share; keyed: of hashes for the audit."""

    connection: Connection
    vendor: Vendor
    caller: Caller
    limiter: Limiter
    keyed: Keyed = field(default_factory=own_key)

    def read_back(self, action: Action) -> Schedule | None:
        """When to ask whether what was done stands; None: never, by the connection's will or the vendor's."""
        can = self.vendor.can.get(action, _USUAL)
        delay_s = self.connection.read_back_s(can.read_back_s)
        return None if delay_s is None else read_back_after(delay_s)

    async def carry_out(
        self, instructions: Sequence[Instruction], *, note: NoteDown, permit: Permit
    ) -> dict[str, Outcome]:
        """What came of each instruction, by delivery_id; a VendorError is an outcome and is not raised.

        They are of one action. Calls go side by side up to the connection's `concurrency`. `permit` is asked right
        before each request is written. It may be cancelled: they are then done again, with the refs that were noted.

        Raises:
            OwnershipError: from `permit` or `note`, when all that was under way has ended.

        """
        if not instructions:
            return {}
        perform = partial(self._perform, note=note, permit=permit)
        can = self.vendor.can.get(instructions[0].action, _USUAL)
        if can.batch > 1:
            parts = [self._batch(some, perform) for some in packed(instructions, can, self.vendor.weight)]
            came = {who: outcome for part in await _side_by_side(parts) for who, outcome in part.items()}
        else:
            outcomes = await _side_by_side([self._single(one, perform) for one in instructions])
            came = dict(zip([one.delivery_id for one in instructions], outcomes, strict=True))
        return {one.delivery_id: discreet(came[one.delivery_id], one.identities, self.keyed) for one in instructions}

    async def ask(self, asks: Asks, about: Sequence[Instruction], *, permit: Permit) -> dict[str, Said]:
        """What the vendor says of one job's people, or of one person; a VendorError: it couldn't be asked.

        Raises:
            OwnershipError: from `permit`.

        """
        perform = partial(self._perform, note=_no_note, permit=permit)
        return await ask(self.vendor, asks, about, perform, self.keyed)

    async def _single(self, instruction: Instruction, perform: Perform) -> Outcome:
        return outcome_of(await drive(partial(self.vendor.script, instruction), perform))

    async def _batch(self, some: Sequence[Instruction], perform: Perform) -> Mapping[str, Outcome]:
        ended = await drive(partial(self.vendor.batch_script, some), perform)
        if isinstance(ended, Mapping):
            came = {one.delivery_id: outcome_of(ended.get(one.delivery_id)) for one in some}
            return {who: _alone(outcome) for who, outcome in came.items()} if len(some) == 1 else came
        error = ended if isinstance(ended, VendorError) else VendorRefused("adapter_error")
        return dict.fromkeys([one.delivery_id for one in some], together(error) if len(some) > 1 else error)

    async def _perform(self, step: Step, *, note: NoteDown, permit: Permit) -> Any:
        if isinstance(step, Call):
            return await self.caller.call(step, permit)
        if isinstance(step, Note):
            return await note(step)
        if not isinstance(step, tuple):
            raise VendorRefused("adapter_error")
        notes = [note(one) for one in step if isinstance(one, Note)]
        calls = [self.caller.call(one, permit) for one in step if isinstance(one, Call)]
        return tuple(await _side_by_side(notes or calls))


async def _no_note(_: Note) -> None:
    raise VendorRefused("adapter_error")  # a question does nothing that would have to be noted


def _alone(outcome: Outcome) -> Outcome:
    """A request of one person's records is no batch: what passes is tried again, and nobody is to be found out."""
    return (isinstance(outcome, BatchRefused) and outcome.alone) or outcome


def outcome_of(value: Any) -> Outcome:
    """Whatever else a script gave back for a person is no outcome."""
    good = value.outcome in _OUTCOMES if isinstance(value, Result) else isinstance(value, VendorError)
    return value if good else VendorRefused("adapter_error")


async def _side_by_side(acts: Iterable[Awaitable[Any]]) -> list[Any]:
    """What each gave, VendorErrors among it. Any other error is raised, but only when all have ended."""
    several = list(acts)
    if len(several) == 1:  # as most are: no task for it
        try:
            return [await several[0]]
        except VendorError as error:
            return [bare(error)]
    answers = await asyncio.gather(*several, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, VendorError):
            raise answer
    return [bare(answer) if isinstance(answer, VendorError) else answer for answer in answers]
