"""An idle relay and one event at a time: how long until its last final outcome can be read in the audit."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.scale.spans import Spans
from bench.scale.watched import WatchedEngine
from schemas.codec import encode
from schemas.errors import RelayError
from schemas.events import ConsentEvent
from streams import clients, topics
from streams.demo.accounts import CONTROLLER
from streams.demo.cast import make_cast
from streams.demo.stage import Stage
from streams.wire import home_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiokafka import AIOKafkaProducer

    from bench.scale.bars import Bars
    from infra.sandbox import Person

KINDS = ("consent.withdrawn", "deletion.requested")
WARM_UP = 5
"""Events of each kind before anything counts: connections, access tokens and compilers come first."""
LIMIT_S = 30.0
_POLL_S = 0.001
_IDLE_S = (0.15, 0.35)
"""Pause before each event: long enough for everything to lie still, uneven so that no timer beats with it."""


async def measure(events: int, bars: Bars) -> dict[str, list[Spans]]:
    """So many events of each kind, by kind: on a broker of their own, with worker and vendors of their own."""
    with TemporaryDirectory(prefix="consent-relay-scale-") as directory:
        cast = make_cast(8 * (events + WARM_UP), seed=1)
        stage = Stage(Path(directory), cast, console=bars.console)
        calls: list[tuple[float, float]] = []
        stage.sandbox.engines = {
            name: WatchedEngine(engine.vendor, calls) for name, engine in stage.sandbox.engines.items()
        }
        known = iter([person for person in cast.people if person.crm and person not in cast.special])
        async with stage:
            await (await stage.start_worker()).ready()
            producer = clients.writer(stage.settings)
            await producer.start()
            try:
                one = _One(stage, producer, calls)
                return {kind: await _several(one, kind, known.__next__, events, bars) for kind in KINDS}
            finally:
                await producer.stop()


async def _several(one: _One, kind: str, person: Callable[[], Person], events: int, bars: Bars) -> list[Spans]:
    with bars.bar(f"latency of {kind}", WARM_UP + events) as told:
        spans = []
        for _ in range(WARM_UP + events):
            await asyncio.sleep(random.uniform(*_IDLE_S))  # noqa: S311 - no secret
            spans.append(await one.carry(kind, person()))
            told(1)
        return spans[WARM_UP:]


class _One:
    """Carries one event after the other through the relay. calls: when vendors were at work, Unix time in s."""

    def __init__(self, stage: Stage, producer: AIOKafkaProducer, calls: list[tuple[float, float]]) -> None:
        self._stage = stage
        self._producer = producer
        self._calls = calls
        self._home = home_of(stage.settings.partitions)
        self._published = 0

    async def carry(self, kind: str, person: Person) -> Spans:
        """Publish one event about this person and wait for the end of it."""
        event = _event(kind, person)
        value, key = encode(event), event.subject_id.encode()
        self._calls.clear()
        self._published += 1
        tally = self._stage.tally
        began = time.time()
        await self._producer.send_and_wait(topics.EVENTS, value, key=key, partition=self._home(event.subject_id))
        acknowledged = time.time()
        await self._until(lambda: len(tally.verdicts) >= self._published)
        planned = time.time()
        await self._until(lambda: tally.is_settled(self._published))
        return Spans.of(began, acknowledged, planned, self._calls, time.time())

    async def _until(self, condition: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(LIMIT_S):
                while not condition():  # noqa: ASYNC110 - a tally tells nobody
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise RelayError(f"nothing came of an event within {LIMIT_S:g} s") from None


def _event(kind: str, person: Person) -> ConsentEvent:
    identities = [
        {"type": "email", "value": person.email},
        {"type": "ga_client_id", "value": person.ga_client_id},
    ]
    return ConsentEvent.model_validate(
        {
            "event_id": str(uuid.uuid4()),
            "kind": kind,
            "controller": CONTROLLER,
            "subject_id": person.key,
            "identities": identities,
            "purposes": ["marketing-campaigns", "surveys"] if kind == "consent.withdrawn" else None,
            "method": "web_form",
            "occurred_at": time.time_ns() // 1000,
            "published_by": "bench",
        }
    )
