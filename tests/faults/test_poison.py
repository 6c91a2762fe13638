"""Every tenth record is poison: all of it is kept, byte for byte, and the rest goes on as if it weren't there."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING

import aiohttp
import pytest
from checker import check
from commands_support import Cli
from harness.acts import KILL, draw
from harness.cluster import Cluster
from harness.conductor import Conductor
from harness.poison import every_tenth, poisoned
from harness.workload import make_records
from reading import committed
from sizes import FEWER, SEED, SETTLE_S

from schemas.codec import decode
from schemas.records import DeadLetter
from schemas.sealing import Seals
from streams import topics
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness.workload import Record

FLOOD = 150
"""More in a row than the 100 that the router takes for bad luck."""
LATER = 40
POLL_S = 0.2
KILLS = 2
Place = tuple[int, int]


@pytest.mark.timeout(1800 + FEWER // 10)
async def test_poison_is_kept_and_a_flood_of_it_waits_for_somebody(tmp_path: Path) -> None:
    print(f"SEED={SEED} in {tmp_path}")
    async with Cluster(tmp_path, people=max(300, FEWER // 10), seed=SEED) as cluster:
        await cluster.start_worker()
        await cluster.ready()
        records = make_records(FEWER, cluster.people, cluster.settings.partitions, SEED, now_micros())
        await Conductor(cluster).play(draw(SEED, KILLS, (KILL,), ("w1",)), every_tenth(records, SEED))
        assert await cluster.settled(SETTLE_S), f"{len(cluster.progress.open)} not settled"
        assert await kept(cluster) == given(tmp_path)

        place, before = SEED % cluster.settings.partitions, given(tmp_path)
        later = make_records(LATER, cluster.people, cluster.settings.partitions, -SEED, now_micros())
        await cluster.publisher.publish([*flood(records, place), *later])
        assert await cluster.wait(lambda: stands_still_at(cluster, place), SETTLE_S)
        await halted(cluster, place)
        assert await kept(cluster) == before

        cli = Cli(cluster.env, cluster.settings)
        where, why = ("--partition", str(place)), ("--reason", "no deploy would take them")
        told = await cli.said("router", "resume", *where, *why, "--wait", str(SETTLE_S))
        assert told["partitions"][str(place)]["carried_out"]
        assert await cluster.settled(SETTLE_S), f"{len(cluster.progress.open)} not settled"
        await cluster.ready()
        run = await cluster.finish(poison=len(given(tmp_path)))
        assert await kept(cluster) == given(tmp_path)
    assert check(run) == []


def flood(records: Sequence[Record], partition: int) -> list[Record]:
    here = (record for record in records if record.partition == partition)
    return [poisoned(record, kind, SEED) for kind, record in zip(range(FLOOD), here, strict=False)]


def stands_still_at(cluster: Cluster, partition: int) -> bool:
    """All is judged and over but in this partition."""
    left = cluster.publisher.acked - cluster.progress.judged
    return {where for where, _ in left} == {partition} and not cluster.progress.open


async def halted(cluster: Cluster, partition: int) -> None:
    """Wait until the router says that it stands still there, and why."""
    async with asyncio.timeout(SETTLE_S), aiohttp.ClientSession() as session:
        while True:
            health = await cluster.workers["w1"].health(session)
            problems = health["roles"]["router"]["problems"]
            if {where: reason for where, (reason, _) in problems.items()} == {str(partition): "flood"}:
                return
            await asyncio.sleep(POLL_S)


def given(run: Path) -> dict[Place, str | None]:
    """The poison that Kafka acknowledged, in base64."""
    sent, acked = (
        [json.loads(line) for line in (run / name).read_text("utf-8").splitlines()]
        for name in ("input.jsonl", "acked.jsonl")
    )
    poison = {line["n"]: line["value"] for line in sent if line["event"] is None}
    return {(ack["partition"], ack["offset"]): poison[ack["n"]] for ack in acked if ack["n"] in poison}


async def kept(cluster: Cluster) -> dict[Place, str | None]:
    """What the dead letters hold, opened."""
    seals, found = Seals(cluster.settings.key("relay_key")), {}
    for record in await committed(cluster.settings, topics.DEAD_LETTER):
        letter = decode(DeadLetter, record.value)
        value = seals.open_dead(letter.sealed, letter.origin)
        place = letter.origin.partition, letter.origin.offset
        assert letter.origin.topic == topics.EVENTS
        assert place not in found
        found[place] = None if value is None else base64.b64encode(value).decode()
    return found
