"""Carrying out a few jobs in one call, with retries, until each of them is settled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import structlog

from processors.delivering import retries
from processors.delivering.settle import attempted, cells, dead_letter, fail, settle
from processors.vendors.base import Instruction, Result
from schemas.contract import Origin
from schemas.errors import DataError, VendorAuthRejected, VendorRefused
from streams import topics
from streams.lanes.ledger import entry_name
from streams.ownership.tenure import now_micros
from streams.status import CREDENTIALS
from streams.wire import dead_letter_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from processors.delivering.queues import Job
    from processors.vendors.base import Note
    from schemas.errors import VendorError
    from schemas.records import Delivery, LaneEntry
    from streams.lanes.bench import Bench
    from streams.lanes.ledger import Ledger
    from streams.ownership.tenure import Tenure

log = structlog.get_logger()


class Tries:
    """One group of jobs of different people. `settled` is called for each as soon as its outcome is written down."""

    def __init__(
        self, bench: Bench, ledger: Ledger, tenure: Tenure, jobs: list[Job], settled: Callable[[Job], None]
    ) -> None:
        self._bench = bench
        self._ledger = ledger
        self._tenure = tenure
        self._open = {job.delivery.delivery_id: job for job in jobs}
        self._earlier = {job.delivery.delivery_id: _tries_before(ledger.find(job.delivery)) for job in jobs}
        self._settled = settled
        self._retries = 0
        self._slept = 0.0
        self.calling = False

    async def run(self) -> None:
        """Try until all are settled.

        Raises:
            OwnershipLost: the partition may belong to somebody else by now.

        """
        while self._open:
            await self._bench.gate.enter()
            answers = await self._call()
            decisions = [self._take(job, answers[key]) for key, job in list(self._open.items())]
            if self._open:
                await self._pause([decision for decision in decisions if decision])

    async def _call(self) -> dict[str, Result | VendorError]:
        answers: dict[str, Result | VendorError] = {}
        try:
            instructions = list(self._instructions(answers))
            answers |= await self._bench.connector.carry_out(instructions, note=self._note, permit=self._permit)
        finally:
            self.calling = False
            self._bench.gate.leave(answered=_let_in(answers.values()))
        if _let_in(answers.values()):
            self._bench.status.clear(self._bench.role, CREDENTIALS)
        return answers

    def _instructions(self, answers: dict[str, Result | VendorError]) -> Iterator[Instruction]:
        """What to ask for; whose identities don't open is answered at once, and stops nobody else."""
        for key, job in self._open.items():
            try:
                yield self._instruction(job.delivery)
            except DataError:
                answers[key] = VendorRefused("identities_do_not_open")

    def _permit(self) -> None:
        """Asked right before a request is written: from then on something may be in the air."""
        self._tenure.permit()
        self.calling = True

    def _take(self, job: Job, answer: Result | VendorError) -> retries.Decision | None:
        """Settle one job, or say why it stays open."""
        if isinstance(answer, Result):
            self._ledger.write(job.delivery, settle(job, answer, self._attempt(job.delivery), now_micros()))
            self._ledger.overtake(job.delivery)
            self._close(job)
            return None
        decision = retries.decide(answer, self._retries, self._slept, self._bench.budget_s, self._bench.random)
        if isinstance(decision, retries.Fail):
            self._fail(job, answer, decision.reason)
            return None
        return decision

    async def _pause(self, decisions: list[retries.Decision]) -> None:
        """One round is over and some are still open: wait as long as the most patient of them must.

        Waiting for the vendor's limits or for mended credentials spends nobody's retries.
        """
        pause = 0.0
        for decision in decisions:
            match decision:
                case retries.Halt(reason):
                    self._halt(reason)
                case retries.Hold(seconds):
                    log.warning("lane_waits", lane=self._bench.name, seconds=seconds)
                    self._bench.wait(seconds)
                case retries.Retry(seconds):
                    pause = max(pause, seconds)
        if all(isinstance(decision, retries.Retry) for decision in decisions):
            self._retries += 1
            self._slept += pause
            self._bench.meter.put_off(len(self._open))
            await self._bench.sleep(pause)

    def _fail(self, job: Job, error: VendorError, reason: str) -> None:
        now = now_micros()
        partition = self._tenure.partition
        place = Origin(topic=topics.deliveries(self._bench.name), partition=partition, offset=job.offset)
        protective = job.delivery.protective
        letter = dead_letter(job.value, place, reason, now, self._bench.seals, protective=protective)
        settlement = fail(job, error, reason, self._attempt(job.delivery), now)
        self._ledger.write(job.delivery, settlement, dead_letter_out(letter, partition))
        log.error("alarm", alarm="delivery_failed", lane=self._bench.name, reason=reason, pid=job.delivery.pid)
        self._close(job)

    def _halt(self, reason: str) -> None:
        """Nobody is dead-lettered for wrong credentials: the lane stands still, and probes now and then."""
        self._bench.gate.halt()
        name = self._bench.name
        text = f"the vendor refuses our credentials ({reason}): check connections.{name}.secrets, region and scopes"
        self._bench.status.halt(self._bench.role, CREDENTIALS, "auth_rejected", text)

    def _close(self, job: Job) -> None:
        del self._open[job.delivery.delivery_id]
        self._settled(job)

    def _attempt(self, delivery: Delivery) -> int:
        return self._retries + 1 + self._earlier[delivery.delivery_id]

    def _instruction(self, delivery: Delivery) -> Instruction:
        earlier = self._ledger.find(delivery)
        refs: tuple[str, ...] = ()
        if earlier and earlier.refs:
            refs = tuple(json.loads(self._bench.seals.people.open(earlier.refs, entry_name(delivery))))
        return Instruction(
            delivery_id=delivery.delivery_id,
            action=delivery.action,
            cells=cells(delivery),
            all_purposes=delivery.all_purposes,
            identities=self._bench.seals.open_identities(delivery.sealed, delivery.pid, delivery.event_id),
            refs=refs,
        )

    async def _note(self, note: Note) -> None:
        """Commit what is about to be done, before it is done."""
        delivery = self._open[note.delivery_id].delivery
        refs = self._bench.seals.people.seal(json.dumps(note.refs).encode(), entry_name(delivery))
        self._ledger.write(delivery, attempted(delivery, self._attempt(delivery), refs, now_micros()))
        await self._ledger.committed()


def _let_in(answers: Iterable[Result | VendorError]) -> bool:
    """The vendor answered, and rejected nobody's credentials: no time-out says that, and no try without a call."""
    answers = list(answers)
    answered = any(isinstance(answer, Result) or answer.status is not None for answer in answers)
    return answered and not any(isinstance(answer, VendorAuthRejected) for answer in answers)


def _tries_before(entry: LaneEntry | None) -> int:
    return entry.attempt if entry else 0
