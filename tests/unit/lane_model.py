"""What a lane partition may and must do, kept as simple as possible: the log, what is committed, what is in the air.

It knows nothing of lines, timers or watermarks. Everything it says is said of committed records alone.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from processors.delivering.job import KEPT
from processors.delivering.overtaking import cells, left_of
from processors.delivering.settle import Change, Letter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.delivering.book import Batch
    from processors.delivering.job import Call, Job
    from schemas.records import Delivery, LaneEntry

FINAL = {"executed", "manual_task", "superseded", "failed", "done", "cancelled"}
ENDS_A_TASK = {"superseded", "done"}
WAITS = {*KEPT, "accepted"}
OURS = {"vendor_still_has_person", "vendor_job_overdue"}
"""Reasons to fail that are no refusal of the vendor."""


class Model:
    """`log`: the partition, by offset. `finals`: delivery_id → committed final outcomes.

    refused: who may fail; unwanted: who may be cancelled.
    """

    def __init__(self) -> None:
        self.log: list[Delivery] = []
        self.entries: dict[str, LaneEntry] = {}
        self.offset, self.settled = 0, frozenset[int]()
        self.finals: dict[str, list[str]] = defaultdict(list)
        self.letters: list[Letter] = []
        self.air: list[Call] = []
        self.refused: set[str] = set()
        self.unwanted: set[str] = set()
        self.touched: set[str] = set()

    def committed(self, batch: Batch) -> None:
        for record in batch.records:
            if isinstance(record, Letter):
                self.letters.append(record)
            elif isinstance(record, Change):
                key = f"{record.delivery.pid}|{record.delivery.delivery_id}"
                self.entries.pop(key, None)
                if record.entry:
                    self.entries[key] = record.entry
            elif record.kind == "cycle":
                before = "failed" if record.command else "executed"
                assert self.finals.pop(record.delivery_id or "") == [before], "only what has failed begins anew"
            elif record.outcome == "verified":
                assert self.finals[record.delivery_id or ""] == ["executed"], "only what is done can be verified"
            elif record.kind == "outcome" and record.outcome in FINAL:
                if record.outcome in ENDS_A_TASK and self.finals[record.delivery_id or ""] == ["manual_task"]:
                    self.finals[record.delivery_id or ""].clear()
                self.finals[record.delivery_id or ""].append(record.outcome or "")
                if record.reason in OURS:
                    self.refused.add(record.delivery_id or "")
        assert batch.offset >= self.offset, "the bookmark never goes back"
        self.offset, self.settled = batch.offset, batch.settled
        self.check()
        self.check_nothing_was_given_up(batch)

    def check_nothing_was_given_up(self, batch: Batch) -> None:
        """No withdrawal is overtaken by a deletion that somebody may still cancel."""
        facts = [one for one in batch.records if not isinstance(one, (Change, Letter))]
        told = {one.delivery_id for one in facts if one.outcome == "superseded"}
        for offset, delivery in enumerate(self.log):
            if delivery.delivery_id in told and delivery.action == "withdraw":
                assert self.is_overtaken(offset, sure=self.sure), "it is lost if that deletion is cancelled"

    def check(self) -> None:
        """Nothing is lost: whatever is settled has its one outcome, or is parked, or the vendor runs a job for it."""
        for offset, delivery in enumerate(self.log):
            outcomes = self.finals[delivery.delivery_id]
            entry = self.entry(delivery)
            parked = entry is not None and entry.status in WAITS
            if entry is not None and entry.status == "verifying":
                assert outcomes == ["executed"], "only what is done is read back"
            if offset < self.offset or offset in self.settled:
                assert len(outcomes) + parked == 1, (offset, outcomes, entry)
            else:
                assert not outcomes, "an outcome without its place in the bookmark would be told again"
                assert not parked, "it would come back twice"
            assert (outcomes == ["manual_task"]) == (entry is not None and entry.status == "manual_task")
            if outcomes == ["manual_task"]:
                assert not self.is_overtaken(offset, self.offset, self.done), "by hand, what was undone since?"
            if outcomes == ["superseded"]:
                assert self.is_overtaken(offset), "nothing newer decides it anew"
            if outcomes == ["failed"]:
                assert delivery.delivery_id in self.refused, "only a refusal is final"
            if outcomes == ["cancelled"]:
                assert delivery.delivery_id in self.unwanted, "nobody wanted that"

    def begins(self, call: Call, most: int, wall: int) -> None:
        """A call may begin if all that was before, of each of its people, is over and committed, or may be passed.

        wall: the moment, µs.
        """
        self.air.append(call)
        assert len(self.air) <= most
        if call.asks:
            return
        people = [job.pid for one in self.air if not one.asks for job in one.jobs]
        assert len(people) == len(set(people)), "two calls of one person at once"
        assert len({job.action for job in call.jobs}) == 1
        for job in call.jobs:
            for offset, earlier in enumerate(self.log[: job.offset]):
                if earlier.pid == job.pid and not self.finals[earlier.delivery_id] and not self.runs(earlier):
                    assert self.is_passed(job, offset), f"{job.offset} is called before {offset} is over"
            assert not self.finals[job.delivery.delivery_id], "it is over already"
            kept = self.entry(job.delivery)
            assert kept is None or kept.status not in {"held", "dry_run"}, "nobody has released it"
            assert kept is None or kept.status != "waiting" or (kept.next_at or 0) <= wall, (
                "it can still be cancelled"
            )
            self.touched.add(job.delivery.delivery_id)

    def is_passed(self, job: Job, offset: int) -> bool:
        """Whether a withdrawal may go before what is committed as on hold, or as kept behind such a deletion."""
        kept = [self.entry(one) for one in self.log[: offset + 1] if one.pid == job.pid]
        statuses = [entry.status for entry in kept if entry]
        last = kept[-1]
        if last is None or job.action != "withdraw" or "dry_run" in statuses:
            return False
        left = left_of(last.delivery, job.delivery)  # what goes past takes its own out of it
        clear = left is None or left.action != "grant" or not cells(left) & cells(job.delivery)
        return clear and bool({"held", "waiting"} & set(statuses))

    def entry(self, delivery: Delivery) -> LaneEntry | None:
        return self.entries.get(f"{delivery.pid}|{delivery.delivery_id}")

    def runs(self, delivery: Delivery) -> bool:
        """Whether the vendor has taken it and runs a job for it."""
        entry = self.entry(delivery)
        return entry is not None and entry.status == "accepted"

    def is_overtaken(self, offset: int, until: int | None = None, sure: Sequence[bool] = ()) -> bool:
        """Whether later records, up to one, decide anew all that this one is about, and count more.

        Those do that were not said before it, and every withdrawal: it is planned only where it counts. They are
        about all whom this one names, or protect from it as a grant.
        sure: those that do count, by offset; left out: all.
        """
        mine, left = self.log[offset], set(self.log[offset].purposes)
        for number, later in enumerate(self.log[offset + 1 : until], offset + 1):
            if sure and not sure[number]:
                continue
            same = set(mine.names) <= set(later.names) or (later.action != "grant" and mine.action == "grant")
            said_later = (later.occurred_at, later.action != "grant") >= (mine.occurred_at, mine.action != "grant")
            if later.pid == mine.pid and same and (said_later or later.action == "withdraw"):
                left -= (
                    left if later.action == "delete" else set(later.purposes) if mine.action != "delete" else set()
                )
        return not left

    @property
    def sure(self) -> list[bool]:
        """What nobody can cancel any more, by offset."""
        return [not self.may_be_cancelled(one) for one in self.log]

    @property
    def done(self) -> list[bool]:
        """All but the deletions that aren't carried out, by offset."""
        undone: tuple[list[str], ...] = ([], ["cancelled"], ["superseded"])
        return [one.action != "delete" or self.finals[one.delivery_id] not in undone for one in self.log]

    def may_be_cancelled(self, delivery: Delivery) -> bool:
        """Whether a deletion is on hold, or was until somebody cancelled it."""
        entry = self.entry(delivery)
        held = entry is not None and entry.status in {"held", "waiting", "dry_run"}
        held = held and delivery.delivery_id not in self.touched
        return delivery.action == "delete" and (held or self.finals[delivery.delivery_id] == ["cancelled"])

    @property
    def unfinished(self) -> list[Delivery]:
        return [delivery for delivery in self.log if not self.finals[delivery.delivery_id]]
