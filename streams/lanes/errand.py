"""One call to the vendor: what it is told, and what came of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Self

from processors.delivering.entries import entry_name
from processors.delivering.overtaking import cells
from processors.vendors.base import Instruction, Result
from schemas.errors import DataError, SetupError, VendorAuthRejected, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from processors.delivering.core import Core
    from processors.delivering.job import Call, Job
    from processors.engine.ask import Said
    from processors.vendors.base import Note
    from processors.vendors.later import Asks
    from schemas.contract import Sealed
    from schemas.errors import VendorError
    from streams.lanes.bench import Bench
    from streams.ownership.tenure import Tenure


class Errand:
    """Carries one call of the core out. `committed`: returns when everything decided so far is committed.

    calling: from now on something may be in the air; in_air: requests that are; steps: grows whenever one begins or
    has ended, so that somebody who watches sees that it goes on; name: for them.
    """

    def __init__(
        self, bench: Bench, core: Core, tenure: Tenure, call: Call, committed: Callable[[], Awaitable[None]]
    ) -> None:
        self._bench = bench
        self._core = core
        self._tenure = tenure
        self.call = call
        self._committed = committed
        self._jobs = {job.delivery.delivery_id: job for job in call.jobs}
        self.calling = False
        self.in_air = self.steps = 0

    @property
    def name(self) -> str:
        return f"call {self.call.jobs[0].delivery.delivery_id}"

    async def run(self) -> None:
        """Make the call and tell the core of it.

        Raises:
            OwnershipLost: the partition may belong to somebody else by now.

        """
        unopened: dict[str, VendorError] = {}
        instructions = list(self._instructions(unopened))
        try:
            if self.call.asks is None:
                await self._act(instructions, unopened)
            else:
                await self._ask(self.call.asks, instructions, unopened)
        finally:
            self.calling = False

    async def _act(self, instructions: Sequence[Instruction], unopened: Mapping[str, VendorError]) -> None:
        done = await self._bench.connector.carry_out(instructions, note=self._note, permit=self._permit)
        self.calling = False
        self._keep_refs(done)
        if put_off := self._core.answered(self.call, {**done, **unopened}, self._bench.now()):
            self._bench.meter.put_off(put_off)
        if skipped := self._core.take_skipped():
            self._bench.meter.skipped(skipped)

    async def _ask(
        self, asks: Asks, instructions: Sequence[Instruction], unopened: Mapping[str, VendorError]
    ) -> None:
        said = await self._bench.connector.ask(asks, instructions, permit=self._permit) if instructions else {}
        self.calling = False
        self._keep_refs(said)
        self._bench.meter.asked(asks, said.values())
        self._core.asked(self.call, {**said, **unopened}, self._bench.now())

    def _keep_refs(self, answers: Mapping[str, Said]) -> None:
        """What the next question about a job needs."""
        for key, answer in answers.items():
            if isinstance(answer, Result) and answer.later is not None:
                self._jobs[key].refs = self._sealed(self._jobs[key], answer.later.refs)

    def _instructions(self, unopened: dict[str, VendorError]) -> Iterator[Instruction]:
        """What to ask for; whose identities don't open is answered at once.

        If they were changed, that stops nobody else. If they are under another key, ours is the wrong one, or theirs:
        the lane halts as for wrong credentials, and blames nobody.
        """
        for key, job in self._jobs.items():
            try:
                yield self._instruction(job)
            except DataError:
                unopened[key] = VendorRefused("identities_do_not_open")
            except SetupError:
                unopened[key] = VendorAuthRejected("relay_key_unknown")

    def _permit(self) -> Self:
        """Asked right before a request is written; entered while it is in the air."""
        self._tenure.permit()
        self.calling = True
        return self

    def __enter__(self) -> None:
        self.in_air += 1
        self.steps += 1

    def __exit__(self, *_: object) -> None:
        self.in_air -= 1
        self.steps += 1

    def _instruction(self, job: Job) -> Instruction:
        delivery, seals = job.delivery, self._bench.seals
        refs: tuple[str, ...] = ()
        if job.refs:
            refs = tuple(json.loads(seals.people.open(job.refs, entry_name(delivery))))
        return Instruction(
            delivery_id=delivery.delivery_id,
            action=delivery.action,
            cells=cells(delivery),
            all_purposes=delivery.all_purposes,
            identities=seals.open_identities(delivery.sealed, delivery.pid, delivery.event_id),
            refs=refs,
            asked_at=delivery.occurred_at,
        )

    async def _note(self, note: Note) -> None:
        """Commit what is about to be done, before it is done."""
        job = self._jobs[note.delivery_id]
        self._core.noted(job, self._sealed(job, note.refs), self._bench.now())
        await self._committed()

    def _sealed(self, job: Job, refs: Sequence[str]) -> Sealed:
        return self._bench.seals.people.seal(json.dumps(refs).encode(), entry_name(job.delivery))
