"""A worker is killed while calls for several people are in the air; the next one finishes what the first began."""

from __future__ import annotations

import asyncio
import time
from random import Random
from typing import TYPE_CHECKING, Any

from ownership_support import until

from infra.sandbox import Fault
from schemas.codec import encode
from streams.demo.cast import make_cast
from streams.demo.events import Sent
from streams.demo.stage import Stage
from streams.demo.stories import DELETION

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = 150
DELETED = 120
SETTLE_S = 120.0


def deletions(stage: Stage) -> list[Sent]:
    """One of each person, in the order of the cast."""
    teller = stage.teller(Random(5))
    now = time.time_ns() // 1000
    people = stage.cast.people[:DELETED]
    events = [teller.event(one, kind="deletion.requested", purposes=None, occurred_at=now) for one in people]
    return [Sent(event.subject_id, encode(event), DELETION) for event in events]


async def told(stage: Stage, effect: str) -> list[dict[str, Any]]:
    """What the CRM did."""
    async with stage.sandbox.client() as client:
        ledger = await client.ledger()
    return [entry for entry in ledger if (entry["vendor"], entry["effect"]) == ("zoho_crm", effect)]


async def test_killed_between_deletion_and_purge_everybody_is_purged_and_nobody_deleted_twice(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(PEOPLE, 5)) as stage:
        purges = stage.sandbox.arm(Fault(kind="hang", vendor="zoho_crm", verb="purge"))
        await (await stage.start_worker()).ready()
        publishing = asyncio.create_task(stage.publish(deletions(stage)))

        async def several_in_the_air() -> bool:
            return any(len(entry["people"]) > 1 for entry in await told(stage, "delete"))

        await until(several_in_the_air)
        await stage.kill_worker()
        assert await told(stage, "purge") == []
        stage.sandbox.world.faults.disarm(purges)
        await (await stage.start_worker()).ready()
        await publishing
        assert await stage.wait_settled(DELETED, SETTLE_S), "not settled in time"
        await stage.stop_workers()
        judged = await stage.check()
        assert judged.mismatches == []
        ((_, never_answered),) = stage.cast.broken
        known = {one.key for one in stage.cast.people[:DELETED] if one.crm} - {never_answered.key}
        for effect in ("delete", "purge"):
            each = [record for entry in await told(stage, effect) for record in entry["given"]]
            assert len(each) == len(set(each)), "each record once"
            assert {who for entry in await told(stage, effect) for who in entry["people"]} == known
        (crm,) = judged.shared
        assert crm.with_several > 0
