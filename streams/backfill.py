"""The router's work for `backfill`: a partition's past is read again, and what stands is brought to a new lane.

Each piece is one transaction: deliveries, audit, and how far it has come. So a kill repeats nothing and leaves
nothing out; and as only the owner of the partition writes, nothing overtakes a newer choice of the same person.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from processors.routing.bringing import KNOWN, Brought, Errand
from schemas.audit_head import head_of
from schemas.backfill import Backfill, Tally
from schemas.codec import decode_own, encode
from schemas.errors import DataError
from schemas.events import PROTECTIVE
from schemas.records import AuditRecord
from streams import topics
from streams.begun import Begun
from streams.control import REFUSED, ROUTER, Given, told
from streams.outbox import Out, sized
from streams.ownership.tenure import now_micros
from streams.wire import audit_out, delivery_outs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from processors.lane import Lane
    from processors.routing.desk import Desk
    from schemas.state import SubjectState
    from streams.ownership.tenure import Tenure
    from streams.past import Past, Piece

log = structlog.get_logger()
NAME = "router.backfill"
LANE, DRY = "lane", "dry_run"
RETRY_S = 2.0
SLICE_S = 0.02
SEEN, UNREADABLE = "seen", "unreadable"


def key_of(lane: str, *, dry: bool) -> bytes:
    """Under which the state keeps how far it has come."""
    return f"!backfill{'-dry' if dry else ''}|{lane}".encode()


class Backfills:
    """Of one tenure: at most one is worked on at a time, the earliest wanted first."""

    def __init__(self, desk: Desk, tenure: Tenure, past: Past, wake: asyncio.Event) -> None:
        self._desk = desk
        self._tenure = tenure
        self._past = past
        self._begun = Begun(past)
        self._wake = wake
        self._lanes = {lane.name: lane for lane in desk.lanes}
        places = (key_of(name, dry=dry) for name in self._lanes for dry in (False, True))
        self._kept = {key: kept for key in places if (kept := tenure.kept(key, Backfill)) is not None}
        self._errands: dict[str, Errand] = {}
        self._reading: asyncio.Task[tuple[bytes, int, Piece]] | None = None
        self._read()

    @property
    def ready(self) -> bool:
        """Whether `work` has something to do."""
        return self._reading is not None and self._reading.done()

    def heed(self, audit: Sequence[AuditRecord]) -> None:
        """What an event has led to just now: beside its verdict, something may begin anew at a lane."""
        if len(audit) > 1:
            self._begun.heed(audit)

    def obey(self, given: Given) -> list[Out]:
        """What is to be committed because of a command: that it is under way, or why it isn't."""
        args, partition = given.command.args, self._tenure.partition
        name, dry = args.get(LANE, ""), DRY in args
        key = key_of(name, dry=dry)
        before = self._kept.get(key)
        refused = ""
        if name not in self._lanes:
            refused = f"{REFUSED}: no connection of this worker has that name: restart it with the new relay.toml"
        elif before and not before.done:
            refused = f"{REFUSED}: command {before.command.command_id} of {before.command.by} is at it already"
        if refused:
            return [audit_out(told(given, ROUTER, partition, refused, now_micros()), partition)]
        done = self._kept.get(key_of(name, dry=False))
        new = Backfill(
            command=given.command, given=given.offset, offset=done.offset if done else 0, counts=(), done=False,
            at=now_micros(),
        )  # fmt: skip
        self._kept[key] = new
        self._read()
        return [self._tenure.keep(key, new)]

    async def work(self, state_of: Callable[[str], SubjectState | None]) -> tuple[list[Out], dict[str, bytes]]:
        """What the piece that was read leads to, and the states that change with it."""
        if self._reading is None:
            return [], {}
        (key, end, piece), self._reading = self._reading.result(), None
        kept = self._kept[key]
        counts = Counter({one.word: one.number for one in kept.counts})
        made = await self._brought(kept, end, piece, counts, state_of)
        if made is None:
            self._read(ahead=True)
            return [], {}
        outs, states = made
        tallies = tuple(Tally(word=word, number=number) for word, number in sorted(counts.items()))
        offset = min(piece.next, end)
        new = kept.changed(offset=offset, end=end, counts=tallies, done=offset >= end, at=now_micros())
        dry = DRY in new.command.args
        if dry:
            outs, states = [], {}
        outs.append(self._tenure.drop(key) if dry and new.done else self._tenure.keep(key, new))
        self._kept[key] = new
        if new.done:
            outs.append(self._told(new))
            if dry:
                del self._kept[key]
        self._read()
        return outs, states

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        await self._past.close()

    async def _brought(
        self,
        kept: Backfill,
        end: int,
        piece: Piece,
        counts: Counter[str],
        state_of: Callable[[str], SubjectState | None],
    ) -> tuple[list[Out], dict[str, bytes]] | None:
        """None: it has to be looked ahead first."""
        errand, partition = self._errand(kept), self._tenure.partition
        changed: dict[str, SubjectState] = {}
        outs: list[Out] = []
        until = time.perf_counter() + SLICE_S
        for record in piece.records:
            planned = self._planned(record.value, counts) if record.offset < end else None
            if planned is not None and planned.pid is not None:
                state = changed.get(planned.pid) or state_of(planned.pid)
                if self._begun.is_unknown(errand.lane, planned, state):
                    return None
                known = self._begun.at(errand.lane, planned)
                brought = Brought((KNOWN,)) if known else errand.brought(planned, state, now_micros())
                if brought is not None:
                    counts.update((SEEN, *brought.words))
                    outs += delivery_outs(brought.deliveries, partition)
                    outs += [audit_out(one, partition) for one in brought.audit]
                    if brought.state:
                        changed[planned.pid] = brought.state
            if time.perf_counter() > until:
                await asyncio.sleep(0)
                until = time.perf_counter() + SLICE_S
        states = {pid: encode(state) for pid, state in changed.items()}
        outs += [Out(topics.STATE, partition, pid.encode(), value) for pid, value in states.items()]
        return sized(outs), states

    def _planned(self, value: bytes | None, counts: Counter[str]) -> AuditRecord | None:
        try:
            head = head_of(value or b"")
            if head.kind == "planned" and head.event_kind in PROTECTIVE:
                return decode_own(AuditRecord, value or b"")
        except (DataError, ValueError):
            counts[UNREADABLE] += 1
            log.error("alarm", alarm="audit_unreadable", partition=self._tenure.partition)  # noqa: TRY400
        return None

    def _errand(self, kept: Backfill) -> Errand:
        command = kept.command
        found = self._errands.get(command.command_id)
        if found is None:
            found = self._errands[command.command_id] = Errand(self._desk, self._lane(kept), command)
        return found

    def _lane(self, kept: Backfill) -> Lane:
        return self._lanes[kept.command.args[LANE]]

    def _told(self, kept: Backfill) -> Out:
        partition = self._tenure.partition
        given = Given(kept.given, kept.command)
        detail = ", ".join(f"{one.word} {one.number}" for one in kept.counts) or f"{SEEN} 0"
        done = told(given, ROUTER, partition, detail, now_micros())
        if DRY not in kept.command.args:  # from here on everybody is due at the lane, by that version of the policy
            done = done.changed(lane=self._lane(kept).name, policy=self._errand(kept).policy.ref)
        return audit_out(done, partition)

    def _read(self, *, ahead: bool = False) -> None:
        """Begin to read the next piece of the earliest that isn't done."""
        waiting = [(kept.given, key) for key, kept in self._kept.items() if not kept.done]
        if self._reading is None and waiting:
            self._reading = asyncio.create_task(self._next(min(waiting)[1], ahead=ahead))
            self._reading.add_done_callback(lambda _: self._wake.set())

    async def _next(self, key: bytes, *, ahead: bool) -> tuple[bytes, int, Piece]:
        """Tried again whatever happens: the events go on meanwhile."""
        kept = self._kept[key]
        while True:
            try:
                if ahead:
                    await self._begun.look(self._lane(kept), kept.offset)
                    ahead = False
                end = await self._past.end() if kept.end is None else kept.end
                piece = await self._past.piece(kept.offset)
                if piece.next > kept.offset or kept.offset >= end:
                    return key, end, piece
            except Exception as error:  # noqa: BLE001 - the client's errors are many
                log.warning("audit_not_read", error=type(error).__name__, again_in_s=RETRY_S)
                with suppress(Exception):
                    await self._past.close()
                await asyncio.sleep(RETRY_S)
