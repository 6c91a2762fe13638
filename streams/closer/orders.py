"""What operators want of requests: `requests extend|cancel` and `tasks done`, each for the partition that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from processors.closing import facts, orders
from processors.delivering.tasks import evidence_in
from schemas.errors import InvalidRecord
from schemas.request import Decision
from streams.control import CLOSER, REFUSED, UNKNOWN, log_word, told
from streams.ownership.tenure import CONTROL_KEY
from streams.wire import audit_out

if TYPE_CHECKING:
    from processors.closing.book import Book
    from schemas.records import Command
    from schemas.request import Request
    from streams.closer.clerk import Clerk
    from streams.control import Given
    from streams.outbox import Out
    from streams.ownership.tenure import Tenure

log = structlog.get_logger()
EXTEND, CANCEL, DONE = "closer.extend", "closer.cancel", "closer.done"
"""Their arguments: partition → the request's key; of DONE the tasks, as `key|leg_id` with blanks between them."""


class Orders:
    """Of one tenure. `outs`: marks and answers of what was carried out, for the transaction of its effect."""

    def __init__(self, clerk: Clerk, book: Book, tenure: Tenure) -> None:
        looked = tenure.marked(CONTROL_KEY)
        self._clerk = clerk
        self._book = book
        self._tenure = tenure
        self._looked = looked.offset if looked else 0
        self._place = str(tenure.partition)
        self.outs: list[Out] = []

    def look(self) -> None:
        """Carry out what was wanted since the last look."""
        while given := self._clerk.control.next(CLOSER, self._looked):
            self._looked = given.offset + 1
            if wanted := given.command.args.get(self._place):
                self._carry_out(given, wanted)

    def _carry_out(self, given: Given, wanted: str) -> None:
        now, partition = self._clerk.now(), self._tenure.partition
        try:
            detail = self._done(given.command, wanted, now)
        except InvalidRecord as error:
            detail = f"{REFUSED}: {error}"
        self.outs += [
            audit_out(told(given, CLOSER, partition, detail, now), partition),
            self._tenure.mark(CONTROL_KEY, self._looked),
        ]
        log.warning(log_word(detail), offset=given.offset, detail=detail, role=CLOSER, partition=partition)

    def _done(self, command: Command, wanted: str, now: int) -> str:
        """What came of it."""
        decision = Decision(command_id=command.command_id, by=command.by, reason=command.reason, at=now)
        match command.name:
            case "closer.extend":
                return self._extend(command, self._found(wanted), decision)
            case "closer.cancel":
                return self._cancel(command, self._found(wanted), decision)
            case "closer.done":
                return self._finish(command, wanted, decision)
            case _:
                return UNKNOWN

    def _extend(self, command: Command, before: Request, decision: Decision) -> str:
        # Lanes got their dates when it was given: it is in time for them, and for the request, however late this is.
        decision = decision.changed(at=min(command.at, decision.at))
        after = orders.extend(before, self._clerk.extension, decision)
        later = [leg for leg, was in zip(after.legs, before.legs, strict=True) if leg.due_at != was.due_at]
        self._book.say(facts.decided(after, "request.extended", command, decision.at, later))
        self._book.put(before, after)
        return f"{len(later)} legs have more time"

    def _cancel(self, command: Command, before: Request, decision: Decision) -> str:
        after = orders.cancel(before, decision)
        ended = [leg for leg, was in zip(after.legs, before.legs, strict=True) if leg.final != was.final]
        self._book.say(facts.decided(after, "request.cancelled", command, decision.at, ended))
        self._book.put(before, after)
        return f"{len(ended)} tasks cancelled, {len(after.pending)} deliveries are their lanes'"

    def _finish(self, command: Command, wanted: str, decision: Decision) -> str:
        """All of them or none."""
        proof = evidence_in(command.args)
        by_request: dict[str, list[str]] = {}
        for task in wanted.split():
            key, _, leg_id = task.rpartition("|")
            by_request.setdefault(key, []).append(leg_id)
        found = [self._found(key) for key in by_request]
        finished = [orders.finish(one, by_request[one.key], proof, decision) for one in found]
        for before, after in zip(found, finished, strict=True):
            for leg in after.legs:
                if leg.leg_id in by_request[after.key]:
                    self._book.say(facts.done(after, leg, proof, command))
            self._book.put(before, after)
        return f"{sum(map(len, by_request.values()))} done"

    def _found(self, key: str) -> Request:
        found = self._book.find(key)
        if found is None:
            raise InvalidRecord("there is no such request")
        return found
