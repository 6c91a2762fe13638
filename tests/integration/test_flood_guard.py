"""A flood of rejected records through a real broker: nothing of it is written until somebody says so."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import uuid
from itertools import count, islice
from typing import TYPE_CHECKING, Any

import aiohttp
from ownership_support import LIMIT_S, until
from reading import audit, committed

from schemas.codec import decode, encode
from schemas.events import ConsentEvent
from schemas.records import AuditRecord, Bookmark, DeadLetter
from streams import clients, topics
from streams.demo.cast import make_cast
from streams.demo.stage import Stage
from streams.flood import RESUME
from streams.ownership.tenure import OFFSET_KEY
from streams.wire import home_of

if TYPE_CHECKING:
    from pathlib import Path

    from streams.demo.process import WorkerProcess

PLACE = 2
GOOD, BAD, EVENTS = 20, 300, 120
REASON = "a shop sent garbage"


def good(partition: int, number: int) -> list[bytes]:
    """Withdrawals of people who are at home there."""
    people = (f"c-{uuid.uuid4().hex[:12]}" for _ in count())
    return [withdrawal(person) for person in islice((p for p in people if home_of(4)(p) == partition), number)]


def withdrawal(subject_id: str) -> bytes:
    fields = {
        "event_id": str(uuid.uuid4()),
        "kind": "consent.withdrawn",
        "controller": "oomnis",
        "subject_id": subject_id,
        "identities": [{"type": "email", "value": f"{subject_id}@example.com"}],
        "purposes": ["surveys"],
        "method": "api",
        "occurred_at": time.time_ns() // 1000,
        "published_by": "test",
    }
    return encode(ConsentEvent.parse(fields))


async def publish(stage: Stage, partition: int, values: list[bytes]) -> list[int]:
    """Offsets."""
    producer = clients.writer(stage.settings)
    await producer.start()
    try:
        sent = [await producer.send(topics.EVENTS, value, key=b"k", partition=partition) for value in values]
        return [(await told).offset for told in sent]
    finally:
        await producer.stop()


async def roles(worker: WorkerProcess) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session:
        return dict((await worker.health(session)).get("roles", {}))


async def halted(worker: WorkerProcess, partitions: list[int]) -> dict[str, Any]:
    """Wait until the router stands still for exactly these; what it says of each."""
    said: dict[str, Any] = {}

    async def is_halted() -> bool:
        worker.check()
        said.clear()
        said.update((await roles(worker)).get("router", {}).get("problems", {}))
        floods = sorted(place for place, (reason, _) in said.items() if reason == "flood")
        return len(said) == len(floods) and floods == [str(partition) for partition in partitions]

    await until(is_halted)
    return said


async def dead_letters(stage: Stage) -> list[tuple[int, int]]:
    letters = [
        decode(DeadLetter, record.value).origin for record in await committed(stage.settings, topics.DEAD_LETTER)
    ]
    return sorted((origin.partition, origin.offset) for origin in letters)


async def told(stage: Stage, kind: str) -> list[AuditRecord]:
    records = await audit(stage.settings)
    return [record for record in records if record.kind == kind]


async def bookmark(stage: Stage, partition: int) -> int:
    places = await committed(stage.settings, topics.STATE, partitions=[partition])
    marks = [decode(Bookmark, record.value).offset for record in places if record.key == OFFSET_KEY]
    return marks[-1]


async def resume(stage: Stage, *more: str) -> tuple[int, str, str]:
    """`consent-relay router resume` as a program: exit code, stdout, stderr."""
    given = {**stage.settings.model_dump(mode="json", exclude_unset=True)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "streams", "router", "resume", "--reason", REASON, *more),
        env={**os.environ, **{f"CONSENT_RELAY_{name.upper()}": str(value) for name, value in given.items()}},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            out, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        raise
    return process.returncode or 0, out.decode(), errors.decode()


async def test_a_flood_halts_its_partition_until_somebody_resumes_it(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(3, 1)) as stage:
        await publish(stage, PLACE, good(PLACE, GOOD))
        run = await publish(stage, PLACE, [b"garbage"] * BAD)
        await publish(stage, PLACE, good(PLACE, GOOD))
        for other in {0, 1, 2, 3} - {PLACE}:
            await publish(stage, other, good(other, GOOD))
        worker = await stage.start_worker()
        said = await halted(worker, [PLACE])
        assert f"consent-relay router resume --partition {PLACE}" in said[str(PLACE)][1]

        async def the_rest_is_planned() -> bool:
            return len(await told(stage, "planned")) == 4 * GOOD

        await until(the_rest_is_planned)
        assert await dead_letters(stage) == []
        assert await bookmark(stage, PLACE) == run[0]

        await stage.kill_worker()
        worker = await stage.start_worker()
        await halted(worker, [PLACE])
        assert (await dead_letters(stage), await bookmark(stage, PLACE)) == ([], run[0])

        code, out, errors = await resume(stage, "--partition", str(PLACE), "--by", "ops", "--json")
        assert (code, errors) == (0, "")
        assert json.loads(out)["partitions"] == {str(PLACE): {"until": run[-1] + 1 + GOOD, "carried_out": True}}
        assert await stage.wait_settled(5 * GOOD + BAD, LIMIT_S)
        assert await dead_letters(stage) == [(PLACE, offset) for offset in run]
        await worker.ready()

        await stage.kill_worker()
        await (await stage.start_worker("another")).ready()
        await publish(stage, PLACE, good(PLACE, 1))
        assert await stage.wait_settled(5 * GOOD + BAD + 1, LIMIT_S)
        (command,) = await told(stage, "command")
        assert command.command
        assert (command.command.name, command.command.by, command.reason) == (RESUME, "ops", REASON)
        assert await dead_letters(stage) == [(PLACE, offset) for offset in run]


async def test_a_deploy_that_rejects_everything_leaves_the_topic_where_it_was(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(3, 1)) as stage:
        for partition in range(4):
            await publish(stage, partition, good(partition, EVENTS))
        right = stage.settings
        wrong = tmp_path / "wrong.toml"
        wrong.write_text('[controllers.somebody-else]\npolicy = "oomnis"\n')
        stage.settings = right.model_copy(update={"config": wrong})
        worker = await stage.start_worker()
        said = await halted(worker, [0, 1, 2, 3])
        assert all("invalid in controller (100)" in text for _, text in said.values())
        await stage.stop_workers()
        assert [await bookmark(stage, partition) for partition in range(4)] == [0] * 4
        assert await dead_letters(stage) == []
        stage.settings = right
        await (await stage.start_worker()).ready()
        assert await stage.wait_settled(4 * EVENTS, LIMIT_S)
        assert await dead_letters(stage) == []
        assert len(await told(stage, "planned")) == 4 * EVENTS


async def test_a_command_that_came_while_no_router_worked_is_found_by_the_next_one(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(3, 1), flood_run=10) as stage:
        code, out, errors = await resume(stage, "--partition", "7")
        assert (code, out) == (2, "")
        assert "choose --partition from 0 to 3" in errors
        await publish(stage, PLACE, [b"garbage"] * 30)
        code, out, errors = await resume(stage, "--wait", "1", "--json")
        assert code == 2
        assert "no router has carried it out within 1 s for partitions 0, 1, 2, 3" in errors
        assert "don't give it again" in errors
        assert not any(place["carried_out"] for place in json.loads(out)["partitions"].values())
        worker = await stage.start_worker()
        assert await stage.wait_settled(30, LIMIT_S)

        async def is_told() -> bool:
            return len(await told(stage, "command")) == 4

        await until(is_told)
        assert len(await dead_letters(stage)) == 30
        late = await publish(stage, PLACE, [b"garbage"] * 30)
        await halted(worker, [PLACE])
        assert await bookmark(stage, PLACE) == late[0]
        assert (await resume(stage))[0] == 0
        await worker.ready()
        assert await stage.wait_settled(60, LIMIT_S)
