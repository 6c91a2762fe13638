"""The hunt: after a run, no topic but consent.events, no log and no page holds an identity or a subject id."""

from __future__ import annotations

import hashlib
import time
from random import Random
from typing import TYPE_CHECKING

import aiohttp
from ownership_support import LIMIT_S
from reading import committed

from schemas.ids import answer_hash
from streams.demo.cast import make_cast
from streams.demo.events import make_events
from streams.demo.stage import Stage
from streams.topics import EVENTS, topics

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 300


async def test_identities_are_readable_in_consent_events_only(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(80, 5), log_level="debug") as stage:
        worker = await stage.start_worker()
        await worker.ready()
        teller = stage.teller(Random(5))
        await stage.publish(make_events(COUNT, time.time_ns() // 1000, teller))
        assert await stage.wait_settled(COUNT, LIMIT_S)
        places = {name: await page(f"{worker.url}/{name}") for name in ("healthz", "readyz", "metrics")}
        await stage.stop_workers()
        for topic in topics(stage.config.connections):
            records = await committed(stage.settings, topic.name)
            headers = [value for record in records for _, value in record.headers]
            places[topic.name] = b"\n".join(
                part for record in records for part in (record.key, record.value, *headers) if part
            )
    places |= {path.name: path.read_bytes() for path in tmp_path.glob("*.log")}
    secrets = {path.read_bytes().strip() for path in (tmp_path / "keys").iterdir()}
    named = [identity for person in stage.cast.people for identity in (person.key, *person.identities())]
    prey = {identity.encode() for identity in named} | secrets
    events = places.pop(EVENTS)
    assert any(name in events for name in prey)  # they are there where they belong: the hunt can see them
    caught = {place: name for place, found in places.items() for name in prey if name in found.lower()}
    assert caught == {}
    nothing = answer_hash(stage.settings.key("pepper"), hashlib.sha256().hexdigest())
    assert nothing.encode() in places["consent.audit"], "vendors' answers are hashed under the relay's own pepper"
    assert len(places["consent.audit"]) > 10_000
    assert len(places["metrics"]) > 10_000


async def page(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.read()
