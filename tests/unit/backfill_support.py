"""A router partition that brings a new lane what stands, on paper: the audit as a list, owners that come and go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from aiokafka import ConsumerRecord
from plan_support import CAMPAIGNS, CRM
from router_support import LIMIT_S, PaperTenure, until
from routing_support import DESK, EMAIL, HOME, NOW, event, incoming

from processors.routing.route import route
from schemas.codec import decode, encode
from schemas.errors import OwnershipLost
from schemas.records import AuditRecord, Command, Delivery
from streams import topics
from streams.backfill import LANE, NAME
from streams.control import Control, record_id
from streams.flood import Watch
from streams.past import Piece
from streams.router import RouterWork

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.events import ConsentEvent
    from schemas.state import SubjectState
    from streams.ownership.tenure import Tenure
    from streams.past import Past

PEOPLE = 9
OLD = replace(DESK, lanes=(CRM,))
WISHES = [
    event(number, "withdraw", 0, ["surveys"], subject_id=f"c-{number}", identities=[EMAIL])
    for number in range(1, PEOPLE + 1)
]


class PaperPast:
    """The audit as a list; its offsets have holes, as those of transactions do."""

    def __init__(self, records: Sequence[AuditRecord], at_once: int) -> None:
        self._records = [_consumed(one, 2 * number) for number, one in enumerate(records)]
        self._at_once = at_once
        self.asked: list[int] = []

    async def end(self) -> int:
        return 2 * len(self._records)

    async def piece(self, offset: int) -> Piece:
        await asyncio.sleep(0)
        self.asked.append(offset)
        found = [one for one in self._records if one.offset >= offset][: self._at_once]
        return Piece(found, found[-1].offset + 2 if found else await self.end())

    async def close(self) -> None:
        """Nothing was opened."""


def _consumed(one: AuditRecord, offset: int) -> Any:
    value = encode(one)
    return ConsumerRecord(topics.AUDIT, HOME, offset, NOW // 1000, 1, b"", value, None, 0, len(value), ())


def past_of(
    *events: ConsentEvent, since: Sequence[ConsentEvent] = ()
) -> tuple[list[AuditRecord], dict[bytes, bytes]]:
    """What was planned, and what stands, before the lane was there; and since."""
    states: dict[str, SubjectState] = {}
    audit: list[AuditRecord] = []
    for one in (*events, *since):
        routed = route(incoming(one), replace(DESK if one in since else OLD, home=lambda _: HOME), states.get)
        audit += [decode(AuditRecord, encode(each)) for each in routed.audit]
        if routed.state:
            states[routed.state.pid] = routed.state
    return audit, {pid.encode(): encode(state) for pid, state in states.items()}


def wanted(command_id: str = "c1", **args: str) -> ConsumerRecord[Any, Any]:
    command = Command(
        command_id=command_id,
        name=NAME,
        lane=None,
        args={LANE: CAMPAIGNS.name, **args},
        by="eva",
        reason="new",
        at=NOW,
    )
    value = encode(command)
    number = int(command_id[1:])
    return ConsumerRecord(topics.CONTROL, 0, number, NOW // 1000, 1, b"!", value, None, 1, len(value), ())


class Bench:
    """A partition whose owners come and go: what they committed stays."""

    def __init__(self, *events: ConsentEvent, at_once: int = 2, since: Sequence[ConsentEvent] = ()) -> None:
        audit, self.states = past_of(*events, since=since)
        self.past = PaperPast(audit, at_once)
        self.control = Control()
        self.tenures: list[PaperTenure] = []

    async def own(self, fails_after: int | None = None, feed: Sequence[Any] = (), tells: str | None = None) -> None:
        """Work until the command `tells` is told and what was fed is planned, or a commit fails."""
        before = self.tenures[-1] if self.tenures else PaperTenure()
        tenure = PaperTenure(fails_from=fails_after, marks=dict(before.marks), records=dict(before.records))
        self.tenures.append(tenure)
        desk = replace(DESK, home=lambda _: HOME)
        work = RouterWork(desk, HOME, watch=Watch(control=self.control), past=lambda _: cast("Past", self.past))
        work.load(list(self.states.items()))
        work.feed(feed)
        running = asyncio.create_task(work.run(cast("Tenure", tenure)))
        await until(lambda: running.done() or (tells is not None and self._has_told(tells, len(feed))))
        work.drain()
        try:
            await asyncio.wait_for(running, LIMIT_S)
        except OwnershipLost:
            assert fails_after is not None
        self.states |= {key: value for commit in tenure.commits for key, value in commit.states() if value}

    def _has_told(self, command_id: str, planned: int) -> bool:
        return self.detail(command_id) is not None and sum(one.kind == "planned" for one in self.audit) >= planned

    @property
    def audit(self) -> list[AuditRecord]:
        return [one for tenure in self.tenures for commit in tenure.commits for one in commit.audit()]

    def told(self, command_id: str) -> AuditRecord | None:
        about = record_id(command_id, "router", HOME)
        found = [one for one in self.audit if one.record_id == about]
        assert len(found) <= 1
        return found[0] if found else None

    def detail(self, command_id: str) -> str | None:
        told = self.told(command_id)
        return told.evidence.detail if told and told.evidence else None

    @property
    def deliveries(self) -> list[Delivery]:
        topic = topics.deliveries(CAMPAIGNS.name)
        outs = [out for tenure in self.tenures for commit in tenure.commits for out in commit.outs]
        return [decode(Delivery, out.value or b"") for out in outs if out.topic == topic]

    @property
    def brought(self) -> list[str]:
        return [one.event_id for one in self.deliveries]
