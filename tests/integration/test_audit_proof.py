"""The notary on a real broker, and copies of what it signed in which one record was changed."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from commands_support import Cli
from ownership_support import until
from reading import committed

from processors.notarising.leaf import leaf_of
from processors.notarising.note import opened
from processors.notarising.proofs import Subtrees, consistency_ranges, extends
from schemas.audit_proof import AuditProof
from streams import topics
from streams.clients import admin, writer
from streams.demo.cast import make_cast
from streams.demo.events import make_play
from streams.demo.process import WorkerProcess
from streams.demo.stage import Stage
from streams.demo.stories import DELETION
from streams.notary.heads import head_in
from streams.notary.keys import known_keys
from streams.notary.verify import Exam
from streams.notary.witness import witnessed
from streams.notary.work import EDGE_KEY
from streams.ownership.tenure import OFFSET_KEY, now_micros
from streams.settings import key_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from aiokafka import ConsumerRecord

    from streams.demo.events import Sent

LIMIT_S = 120.0
PLACE = 1
"""The partition in which something is changed."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(tmp_path, make_cast(30, 1), checkpoint_interval=0.5, checkpoint_records=25) as stage:
        yield stage


def cli_of(stage: Stage) -> Cli:
    return Cli({f"CONSENT_RELAY_{name}": value for name, value in stage.settings.given().items()}, stage.settings)


async def played(stage: Stage, number: int, seed: int) -> list[Sent]:
    """So many events, carried out; the worker has ended."""
    events = make_play(number, now_micros(), [stage.teller(Random(seed))])
    await carried_out(stage, events)
    return events


async def carried_out(stage: Stage, events: list[Sent]) -> None:
    await (await stage.start_worker()).ready()
    before = await stage.in_log()
    await stage.publish(events)
    assert await stage.wait_settled(before + len(events), LIMIT_S)
    await stage.stop_workers()


async def signed(stage: Stage) -> dict[int, int]:
    """Partition → size of its newest head, when a notary has signed all that there is."""
    log = stage.directory / f"notary.{now_micros()}.log"
    notary = await WorkerProcess.launch("notary", stage.settings.given(), log, "--roles", "notary")
    records = await committed(stage.settings, topics.AUDIT)
    wanted = {number: sum(record.partition == number for record in records) for number in range(4)}
    sizes: dict[int, int] = {}

    async def all_are() -> bool:
        notary.check()
        for record in await committed(stage.settings, topics.CHECKPOINTS):
            sizes[record.partition] = opened(head_in(record).note, known_keys(stage.settings)).size
        return sizes == {number: size for number, size in wanted.items() if size}

    await until(all_are, LIMIT_S)
    await notary.stop(LIMIT_S)
    return sizes


async def copied(stage: Stage, name: str, partition: list[ConsumerRecord]) -> None:
    """The audit in another topic, in which the records of one partition are these."""
    client = await admin(stage.settings)
    await topics.apply(client, [topics.Topic(name, 0)], 4, 1)
    await client.close()
    producer = writer(stage.settings)
    await producer.start()
    records = [record for record in await committed(stage.settings, topics.AUDIT) if record.partition != PLACE]
    for record in [*records, *partition]:
        headers, at = list(record.headers), record.timestamp
        await producer.send(name, record.value, record.key, record.partition, timestamp_ms=at, headers=headers)
    await producer.stop()


def changes(log: list[ConsumerRecord]) -> dict[str, tuple[list[ConsumerRecord], str, int]]:
    """How → the log after it, what is found, and at which number."""
    middle = len(log) // 2
    flipped = bytearray(log[middle].value)
    flipped[len(flipped) // 2] ^= 1
    later = replace(log[middle], timestamp=log[middle].timestamp + 1)
    swapped = list(log)
    swapped[middle], swapped[middle + 1] = log[middle + 1], log[middle]
    return {
        "as_it_was": (log, "", 0),
        "flip": ([*log[:middle], replace(log[middle], value=bytes(flipped)), *log[middle + 1 :]], "altered", middle),
        "drop": ([*log[:middle], *log[middle + 1 :]], "missing", middle),
        "swap": (swapped, "swapped", middle),
        "insert": ([*log[:middle], log[0], *log[middle:]], "added", middle),
        "append": ([*log, log[middle]], "unsigned", len(log)),
        "truncate": (log[:-1], "missing", len(log) - 1),
        "retime": ([*log[:middle], later, *log[middle + 1 :]], "altered", middle),
    }


async def test_a_changed_copy_is_caught_at_its_exact_record(stage: Stage) -> None:
    await played(stage, 150, 1)
    sizes = await signed(stage)
    cli = cli_of(stage)
    good = await cli.said("audit", "verify", "--whole")
    assert good["good"], good
    assert {part["partition"]: part["proven"] for part in good["partitions"]} == {0: 0, 1: 0, 2: 0, 3: 0} | sizes
    assert good["witness_files"] == [str(stage.directory / "witness.jsonl")]
    log = [record for record in await committed(stage.settings, topics.AUDIT) if record.partition == PLACE]
    assert len(log) > 50, "more than one head"
    for how, (records, what, number) in changes(log).items():
        await copied(stage, f"copy.{how}", records)
        witnesses = witnessed([stage.settings.witness])
        exam = Exam(stage.settings, known_keys(stage.settings), witnesses, f"copy.{how}", whole=True)
        found = [verdict.finding for verdict in await exam.all(range(4)) if verdict.finding]
        place = None if number >= len(records) else number  # a copy has no markers: its offsets are its numbers
        wanted = [(what, PLACE, number, place)] if what else []
        assert [(one.what, one.partition, one.index, one.offset) for one in found] == wanted, how
    code, out, _ = await cli.ended("audit", "verify", "--topic", "copy.flip")
    assert (code, f"partition {PLACE}: NOT GOOD, altered: the record at offset {len(log) // 2}" in out) == (1, True)


async def test_heads_outlive_their_key_and_kills(stage: Stage) -> None:
    await played(stage, 40, 1)
    await (await stage.start_worker()).ready()
    await stage.kill_worker()
    first = known_keys(stage.settings)
    (stage.directory / "keys" / "notary_key").unlink()
    key_file(stage.directory / "keys", "notary_key")
    await played(stage, 40, 2)
    await signed(stage)
    assert (
        len(known_keys(stage.settings)) == len({*first, *known_keys(stage.settings)}) + 1 == 3
    )  # ours is there twice
    cli = cli_of(stage)
    assert (await cli.said("audit", "verify", "--whole"))["good"]
    newest = await cli.said("audit", "key")
    code, out, _ = await cli.ended("audit", "verify", "--key", newest["keys"][0])
    assert (code, "is signed by no known key" in out) == (1, True)


async def test_a_notary_that_has_lost_where_it_stood_goes_on_with_its_trees(stage: Stage) -> None:
    await played(stage, 60, 1)
    before = await signed(stage)
    producer = writer(stage.settings)
    await producer.start()
    for key, partitions in ((EDGE_KEY, range(4)), (OFFSET_KEY, range(2))):
        for partition in partitions:
            await producer.send_and_wait(topics.NOTARY, None, key, partition)
    await producer.stop()
    await played(stage, 60, 2)
    after = await signed(stage)
    assert sum(before.values()) < sum(after.values())
    told = await cli_of(stage).said("audit", "verify", "--whole")
    assert (told["good"], {part["partition"]: part["proven"] for part in told["partitions"]}) == (True, after), told


async def test_a_persons_proof_holds_without_kafka_and_after_the_erasure(stage: Stage, tmp_path: Path) -> None:
    events = make_play(60, now_micros(), [stage.teller(Random(1))])
    erasure = next(number for number, sent in enumerate(events) if sent.what == DELETION)
    subject = events[erasure].subject_id
    await carried_out(stage, events[:erasure])
    await signed(stage)
    before = await heads(stage)
    assert before
    await carried_out(stage, events[erasure:])
    await signed(stage)
    cli = cli_of(stage)
    file, public = tmp_path / "proof.json", tmp_path / "notary.pub"
    told = await cli.said("audit", "prove", "--controller", "oomnis", "--subject", subject, "--out", str(file))
    public.write_text("\n".join((await cli.said("audit", "key"))["keys"]))
    assert told["records"] > 1
    offline = Cli({"CONSENT_RELAY_BOOTSTRAP_SERVERS": "127.0.0.1:1"}, stage.settings)
    check = ("audit", "verify", "--file", str(file), "--key", str(public))
    proven = await offline.said(*check)
    assert (proven["good"], len(proven["records"])) == (True, told["records"])
    text = file.read_text()
    (person,) = [one for one in stage.cast.people if one.key == subject]
    held = "".join((text, *readable(AuditProof.read(text))))
    assert proven["records"][0]["record_id"] in held  # what is looked through is what the records hold
    assert all(name not in held for name in (subject, person.email))
    assert {"planned", "outcome"} <= {record["kind"] for record in proven["records"]}
    file.write_text(text.replace('"index": ', '"index": 1', 1))
    code, _, errors = await offline.ended(*check)
    assert (code, "is not in the signed tree" in errors) == (1, True)
    for partition, old in before.items():
        new = (await heads(stage))[partition]
        ranges = consistency_ranges(old.size, new.size)
        tree = Subtrees(ranges)
        for record in await committed(stage.settings, topics.AUDIT, partitions=[partition]):
            tree.add(leaf_of(record.timestamp, record.key, record.value, record.headers))
        assert extends(old.size, new.size, old.root, new.root, tree.path(ranges))


def readable(proof: AuditProof) -> Iterator[str]:
    """All that the records in it hold, as text."""
    for record in (record for part in proof.partitions for record in part.records):
        for held in (record.key, record.value, *(header.value for header in record.headers)):
            yield (held or b"").decode(errors="replace")


async def heads(stage: Stage) -> dict[int, Any]:
    """The newest of each partition."""
    keys = known_keys(stage.settings)
    records = await committed(stage.settings, topics.CHECKPOINTS)
    return {record.partition: opened(head_in(record).note, keys) for record in records}
