"""A vendor with idempotency keys breaks off once it has made a job, and the worker may die: each is made once."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from lane_support import LaneUnderTest, kill, lane_at
from ownership_support import until
from sandbox_support import secrets_of, tables

from infra.sandbox import Fault, Person, Sandbox
from processors.engine.transport import http_transport
from streams.control import following

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

PAYERS = [Person(key=f"payer-{n}", email=f"payer-{n}@example.com", crm=("Contacts", "Leads")) for n in range(6)]
ALWAYS = Fault(kind="reset", vendor="stripe", verb="create")
"""It strikes after the job was made."""


class KeyedLane(LaneUnderTest):
    """A lane to Stripe."""

    calls: Path

    def _secret(self, name: str) -> str:
        return secrets_of(self.sandbox)[name]

    def created(self) -> int:
        """How often a job was asked for."""
        lines = map(json.loads, self.calls.read_text("utf-8").splitlines())
        return Counter(line["verb"] for line in lines)["create"]

    async def jobs(self) -> int:
        """How many there are."""
        async with self.sandbox.client() as client:
            return len((await client.person(PAYERS[0].key))["stripe"]["jobs"])


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path) -> AsyncIterator[KeyedLane]:
    calls = tmp_path / "calls.jsonl"
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000, requests_path=calls)
    await sandbox.start()
    sandbox.seed(PAYERS)
    plain = await lane_at(kafka.bootstrap, tmp_path, sandbox)
    stripe = {**tables(sandbox)["stripe"], "controller": "oomnis", "surge": "off", "read_back": "off"}
    config = {**plain.config, "connections": {plain.name: stripe}}
    lane = KeyedLane(plain.settings, sandbox, plain.name, config)
    lane.calls = calls
    await lane.deliver(*(lane.delivery(one, "delete") for one in PAYERS))
    yield lane
    await sandbox.stop()


async def taken(lane: KeyedLane) -> None:
    """Wait until the vendor has taken in everybody's job, or is through with it."""
    done = {"accepted", "executed"}

    async def all_of_them() -> bool:
        return {pid for pid, word, _ in await lane.outcomes() if word in done} == {f"p1.{one.key}" for one in PAYERS}

    await until(all_of_them)


async def test_a_worker_that_heard_no_answer_asks_again_under_the_same_key(lane: KeyedLane) -> None:
    lane.sandbox.arm(ALWAYS.model_copy(update={"times": len(PAYERS)}))
    async with lane.working():
        await taken(lane)
    assert await lane.jobs() == len(PAYERS)
    assert lane.created() == 2 * len(PAYERS)


async def test_so_does_the_next_one_after_a_worker_that_died_at_that_moment(lane: KeyedLane) -> None:
    armed = lane.sandbox.arm(ALWAYS)
    async with http_transport() as transport, following(lane.control, lane.settings):
        owner, task = await lane.start(transport)
        await until(lambda: lane.created() > 0)
        await kill(owner, task)
    before = await lane.jobs()
    assert before > 0
    lane.sandbox.world.faults.disarm(armed)
    async with lane.working("w2"):
        await taken(lane)
    assert await lane.jobs() == len(PAYERS)
    assert lane.created() >= len(PAYERS) + before, "what was made is asked for again"
