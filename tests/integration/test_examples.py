"""The examples do what they say."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ownership_support import until
from reading import committed

from schemas.codec import decode_own
from schemas.ids import pid
from schemas.records import AuditRecord
from streams import topics
from streams.demo.cast import make_cast
from streams.demo.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

PUBLISH = Path(__file__).parents[2] / "examples" / "publish.py"


async def printed(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode().strip()


def reached(audit: Sequence[AuditRecord], event_id: str) -> bool:
    """Whether each delivery of the event was carried out."""
    about = [record for record in audit if record.event_id == event_id]
    legs = [leg for record in about if record.kind == "planned" for leg in record.legs or ()]
    asked = {leg.delivery_id for leg in legs if leg.kind == "delivery"}
    done = {
        record.delivery_id for record in about if record.outcome in {"executed", "verified", "accepted", "no_match"}
    }
    return bool(asked) and asked <= done


async def test_what_an_app_publishes_reaches_the_vendors(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(3, 1)) as stage:
        await (await stage.start_worker()).ready()
        person = stage.cast.people[0]
        event_id = await printed(str(PUBLISH), str(stage.settings.bootstrap_servers), person.key, person.email)
        audit: list[AuditRecord] = []

        async def is_done() -> bool:
            audit[:] = [
                decode_own(AuditRecord, r.value or b"") for r in await committed(stage.settings, topics.AUDIT)
            ]
            return reached(audit, event_id)

        await until(is_done, 60)
        await stage.stop_workers()
    assert "forwarded" not in {record.kind for record in audit}, "the client chose another partition than the relay"
    assert {record.pid for record in audit} == {pid(stage.settings.key("pepper"), "oomnis", person.key)}
