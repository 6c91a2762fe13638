"""`audit verify` and `audit key`: is the audit as it was written?"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

from streams import topics
from streams.commands.audit_signed import show_signed
from streams.commands.common import (
    AsJson,
    BootstrapServers,
    DataDir,
    progress_bar,
    require_topics,
    settings_for,
    show_json,
)
from streams.commands.screen import DATA_WRONG
from streams.logs import spans_of
from streams.notary.keys import given_keys, known_keys, verifier_keys
from streams.notary.verify import Exam
from streams.notary.witness import known_witnesses, witnessed
from streams.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streams.notary.verify import Verdict

Proof = Annotated[Path | None, typer.Option("--file", help="A proof, receipt or confirmation, instead of Kafka.")]
Witnesses = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="Witness files; default: WITNESS_FILE, or that of the data directory."),
]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="KEY|FILE", help="Public keys to believe, instead of those that are known here."),
]


def verify(  # noqa: PLR0917 - the command's options
    partition: Annotated[int | None, typer.Option(min=0, help="This one alone.")] = None,
    file: Proof = None,
    key: Keys = None,
    witness: Witnesses = None,
    topic: Annotated[str, typer.Option(help="A copy of the audit, with the same partitions.")] = topics.AUDIT,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    *,
    whole: Annotated[bool, typer.Option("--whole", help="No record may be behind the last signed head.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read the audit again and compare it with every signed head. Exit code 1: the first wrong record is named.

    With --file a proof, a receipt or a confirmation is checked, without Kafka
    and without any key of ours but the public one.

    Example: consent-relay audit verify --file proof.json --key notary.pub
    """
    if file is not None:
        keys = given_keys(key) if key else known_keys(load_settings(data_dir=data_dir))
        show_signed(file, keys, as_json=as_json)
        return
    settings = settings_for(bootstrap_servers, data_dir)
    keys = given_keys(key) if key else known_keys(settings)
    files = known_witnesses(settings) if witness is None else witness
    began = time.monotonic()
    exam = Exam(settings, keys, witnessed(files), topic, whole)
    verdicts = asyncio.run(_verify(exam, [partition] if partition is not None else range(settings.partitions)))
    _tell(verdicts, time.monotonic() - began, files, as_json=as_json)
    if any(verdict.finding for verdict in verdicts):
        raise typer.Exit(DATA_WRONG)


def key(bootstrap_servers: BootstrapServers = None, data_dir: DataDir = None, *, as_json: AsJson = False) -> None:
    """Print the notary's public key as tools for signed notes take it, once for each partition's tree.

    Any one of the lines is enough for `audit verify --key`; the key in it is the same.

    Example: consent-relay audit key > notary.pub
    """
    keys = verifier_keys(settings_for(bootstrap_servers, data_dir))
    show_json({"keys": keys}) if as_json else typer.echo("\n".join(keys))


async def _verify(exam: Exam, partitions: Iterable[int]) -> list[Verdict]:
    await require_topics(exam.settings, topics.CHECKPOINTS)
    columns = (TextColumn("partition {task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with progress_bar(*columns) as progress:
        spans = await spans_of(exam.settings, exam.topic, partitions)
        tasks = {
            number: progress.add_task(str(number), total=end - begin, start=end > begin)
            for number, (begin, end) in spans.items()
        }

        def told(number: int, offset: int) -> None:
            progress.update(tasks[number], completed=offset + 1 - spans[number][0])

        return await replace(exam, told=told).all(spans)


def _tell(verdicts: Sequence[Verdict], took_s: float, files: Sequence[Path], *, as_json: bool) -> None:
    records = sum(verdict.proven + verdict.unsigned for verdict in verdicts)
    rate = round(records / took_s) if took_s else 0
    if as_json:
        good = not any(verdict.finding for verdict in verdicts)
        told = {"good": good, "records": records, "seconds": round(took_s, 3), "records_per_s": rate}
        partitions = [verdict.as_json() for verdict in verdicts]
        show_json({**told, "witness_files": [str(file) for file in files], "partitions": partitions})
        return
    for verdict in verdicts:
        typer.echo(str(verdict))
    typer.echo(
        f"{records} records in {took_s:.1f} s, {rate} a second; witness: {', '.join(map(str, files)) or 'none'}"
    )
