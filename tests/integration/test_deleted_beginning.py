"""An audit whose beginning was deleted, as `audit retention` says it may be: what is left is judged as before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from reading import committed
from reconcile_support import Dumped, ended, found
from test_audit_proof import PLACE, changes, cli_of, copied, played, signed
from test_reconcile import PLANTS

from schemas.audit_proof import AuditProof
from schemas.ids import pid
from streams import clients, topics
from streams.demo.cast import make_cast
from streams.demo.stage import Stage
from streams.logs import spans_of
from streams.notary.keys import known_keys
from streams.notary.verify import Exam
from streams.notary.witness import witnessed
from streams.pipeline import router_role
from streams.stopping import at_work

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiokafka import ConsumerRecord

BEHIND = ("flip", "drop", "swap", "insert", "truncate")
ALL = -1
"""Kafka's word for the end of a partition."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(tmp_path, make_cast(30, 1), checkpoint_interval=0.5, checkpoint_records=25) as stage:
        yield stage


async def deleted(stage: Stage, topic: str, before: int, partition: int = PLACE) -> None:
    """As kafka-delete-records does it."""
    client = await clients.admin(stage.settings)
    await client.delete_records({TopicPartition(topic, partition): RecordsToDelete(before_offset=before)})
    await client.close()


async def without_hint(stage: Stage) -> None:
    """As if the router had told its group nothing yet: it does that every few seconds, and ends without."""
    role = router_role(stage.settings.required("cluster_prefix"))
    places = [TopicPartition(role.topic, number) for number in range(stage.settings.partitions)]
    async with at_work(clients.reader(stage.settings, group_id=role.group)) as consumer:
        consumer.assign(places)
        await consumer.commit(dict.fromkeys(places, 0))


async def log_of(stage: Stage) -> list[ConsumerRecord]:
    return await committed(stage.settings, topics.AUDIT, partitions=[PLACE])


async def test_what_is_left_of_a_log_is_verified_and_where_it_begins_is_said(stage: Stage) -> None:
    await played(stage, 150, 1)
    await signed(stage)
    log = await log_of(stage)
    number = len(log) // 3
    assert number > 10, "within a head"
    await deleted(stage, topics.AUDIT, log[number].offset)
    assert (await log_of(stage))[0].offset == log[number].offset > number, "an offset is no number"
    cli = cli_of(stage)
    told = await cli.said("audit", "verify", "--whole")
    begins = {part["partition"]: (part["begins"], part["deleted"]) for part in told["partitions"]}
    assert begins == {0: (0, 0), 1: (log[number].offset, number), 2: (0, 0), 3: (0, 0)}
    assert (told["good"], told["partitions"][PLACE]["proven"]) == (True, len(log) - number)
    code, out, _ = await cli.ended("audit", "verify")
    sentence = f"; begins at offset {log[number].offset}, number {number}: what was before has been deleted"
    assert (code, out.count(sentence)) == (0, 1)

    keys, witnesses = known_keys(stage.settings), witnessed([stage.settings.witness])
    for how, (records, what, at) in changes(log).items():
        if how in BEHIND:
            await copied(stage, f"copy.{how}", records)
            await deleted(stage, f"copy.{how}", number)
            exam = Exam(stage.settings, keys, witnesses, f"copy.{how}")
            verdict = await exam.partition(PLACE)
            assert verdict.finding, how
            assert (verdict.finding.what, verdict.finding.index) == (what, at), how
            assert (verdict.begins, verdict.deleted) == (number, number), how
            assert "what was before has been deleted" in str(verdict)

    await copied(stage, "copy.later", log[number:])
    later = (await Exam(stage.settings, keys, witnesses, "copy.later").partition(PLACE)).finding
    assert later, "it is no copy of the log that Kafka has cut"
    assert later.index == 0

    await deleted(stage, topics.AUDIT, ALL)
    told = await cli.said("audit", "verify", "--whole", "--partition", str(PLACE))
    (part,) = told["partitions"]
    assert (told["good"], part["proven"], part["deleted"]) == (True, 0, len(log))
    assert part["begins"] > log[-1].offset


async def test_what_rests_on_deleted_records_is_no_finding_and_faults_behind_them_are(stage: Stage) -> None:
    await played(stage, 200, 1)
    await without_hint(stage)
    ends = {place: end for place, (_, end) in (await spans_of(stage.settings, topics.AUDIT)).items()}
    dumped = Dumped(stage.settings)
    for part in (50, 20, 10, 5, 4, 3, 2):
        dumped.cut = {place: end // part for place, end in ends.items()}
        assert await found(stage, dumped) == [], part
    for place, end in ends.items():
        await deleted(stage, topics.AUDIT, end // 10, place)
    begins = {place: begin for place, (begin, _) in (await spans_of(stage.settings, topics.AUDIT)).items() if begin}
    code, out, errors = await cli_of(stage).ended("reconcile", "--json")
    assert code == 0, out + errors
    told = json.loads(out.splitlines()[-1])
    assert told["begins"] == {str(place): begin for place, begin in begins.items()}
    assert told["passed"] > len(begins) > 1
    code, out, _ = await cli_of(stage).ended("reconcile")
    assert (code, f"{len(begins)} partitions begin late, what was before " in out) == (0, True)

    dumped = Dumped(stage.settings, cut=begins)
    assert await found(stage, dumped, most=30) == [], "as many passes as it takes"
    case = list(ended(dumped.facts()))[-1]
    for plant in PLANTS:
        at, change, kind, about = plant(case)
        dumped.planted = {at.record_id: change}
        findings = await found(stage, dumped)
        assert [(each.kind, each.delivery_id) for each in findings] == [(kind, about)], plant.__name__


async def test_who_has_records_behind_the_cut_is_proven_as_before(stage: Stage, tmp_path: Path) -> None:
    events = await played(stage, 60, 1)
    await signed(stage)
    log = await log_of(stage)
    cut = len(log) // 3
    await deleted(stage, topics.AUDIT, log[cut].offset)
    cli, file = cli_of(stage), tmp_path / "proof.json"
    kept = {(record.key or b"").decode() for record in log[cut:]}
    pepper = stage.settings.key("pepper")
    subject = next(sent.subject_id for sent in events if pid(pepper, "oomnis", sent.subject_id) in kept)
    person = pid(pepper, "oomnis", subject)
    prove = ("audit", "prove", "--controller", "oomnis", "--subject", subject, "--out", str(file))
    code, out, errors = await cli.ended(*prove, "--json")
    assert code == 0, errors
    told = json.loads(out)
    proof = AuditProof.read(file.read_bytes())
    (part,) = [one for one in proof.partitions if one.partition == PLACE]
    wanted = [number for number, one in enumerate(log) if number >= cut and one.key == person.encode()]
    assert [one.index for one in part.records] == wanted
    assert told["begins"] == {str(PLACE): log[cut].offset}
    assert f"partition {PLACE} begins at offset {log[cut].offset}: what was before has been deleted" in errors
    public = tmp_path / "notary.pub"
    public.write_text("\n".join((await cli.said("audit", "key"))["keys"]))
    proven = await cli.said("audit", "verify", "--file", str(file), "--key", str(public))
    assert (proven["good"], len(proven["records"])) == (True, told["records"])
    _, out, _ = await cli.ended("replay", "--out", str(tmp_path / "rebuilt"), "--json")
    assert json.loads(out)["begins"][str(PLACE)] == log[cut].offset
