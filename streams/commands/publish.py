"""`publish`: events from JSON lines into `consent.events`."""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from schemas.errors import DataError, SetupError
from schemas.events import ConsentEvent
from streams import topics
from streams.clients import writer
from streams.commands.common import (
    AsJson,
    BootstrapServers,
    DataDir,
    complain,
    progress_bar,
    require_topics,
    settings_for,
    show_json,
)
from streams.commands.lines import STDIN
from streams.commands.publishing import Fate, chunks, publish_all
from streams.commands.screen import DATA_WRONG, WRONG_USE
from streams.stopping import begun, stopped
from streams.wire import home_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedIOBase

    from aiokafka import AIOKafkaProducer

    from streams.settings import Settings

app = typer.Typer()
File = Annotated[str, typer.Argument(metavar="FILE|-", help="JSON lines of events; - is standard input.")]


@dataclass(slots=True)
class Report:
    """Tells the fate of each line as soon as it is known. `unsure`: lines without a receipt; `last`: line number."""

    as_json: bool
    published: int = 0
    refused: int = 0
    unsure: int = 0
    last: int = 0

    def tell(self, fate: Fate) -> None:
        self.last = fate.line.number
        event_id = fate.line.got.event_id if isinstance(fate.line.got, ConsentEvent) else None
        facts: dict[str, Any] = {"event_id": event_id, "partition": fate.partition, "offset": fate.offset}
        if isinstance(fate.error, DataError):
            self.refused += 1
            complain(f"{fate.line.place}: {fate.error}")
            facts = {"reason": fate.error.reason, "field": fate.error.field, "message": fate.error.message}
            facts = {"event_id": event_id, "error": facts}
        elif fate.error is not None:
            self.unsure += 1
            message = f"no receipt from the broker ({fate.error})"
            complain(f"{fate.line.place}: event {event_id}: {message}")
            facts = {"event_id": event_id, "error": {"reason": "no_receipt", "field": None, "message": message}}
        else:
            self.published += 1
        if self.as_json:
            show_json({"source": fate.line.source, "line": fate.line.number, **facts})


@app.command()
def publish(
    file: File, bootstrap_servers: BootstrapServers = None, data_dir: DataDir = None, *, as_json: AsJson = False
) -> None:
    """Publish events; each bad line is named with its field, and the good ones are published all the same.

    An event without an event_id is given one. Exit code 1: a line was bad, or there was none.

    Example: consent-relay publish examples/withdrawal.jsonl
    """
    report = Report(as_json=as_json)
    with opened(file) as source:
        settings = settings_for(bootstrap_servers, data_dir)
        try:
            _run(settings, file, source, report)
        except KeyboardInterrupt:
            complain(f"stopped: what became of the lines after {file}:{report.last} is not known")
            raise
    _end(file, report)


def _end(file: str, report: Report) -> None:
    if report.unsure:
        complain(f"no line after {file}:{report.last} was sent")
        complain("publish those and the ones named above again, with the same event_id: a repeat changes nothing")
        raise typer.Exit(WRONG_USE)
    if not report.published + report.refused:
        complain(f"{file}: there is no event in it")
    elif not report.as_json:
        bad = f"; bad lines: {report.refused}" if report.refused else ""
        typer.echo(f"events published to {topics.EVENTS}: {report.published}{bad}")
    if report.refused or not report.published:
        raise typer.Exit(DATA_WRONG)


def _run(settings: Settings, name: str, source: BufferedIOBase, report: Report) -> None:
    """Reading may block, so it is done between two runs of the loop: Ctrl-C then ends it with nothing on the way."""
    size = None if name == STDIN else Path(name).stat().st_size
    home = home_of(settings.partitions)
    bar = progress_bar()
    with asyncio.Runner() as runner, bar as progress:
        runner.run(require_topics(settings, topics.EVENTS))
        producer = runner.run(started(settings))
        task = progress.add_task(name, total=size)
        try:
            for read, lines in chunks(name, source):
                for fate in runner.run(publish_all(producer, lines, home)):
                    report.tell(fate)
                progress.advance(task, read)
                if report.unsure:
                    return
        finally:
            runner.run(stopped(producer))


async def started(settings: Settings) -> AIOKafkaProducer:
    """A producer, on the loop that runs. The caller stops it."""
    return await begun(writer(settings))  # on the loop that it shall live on


@contextmanager
def opened(name: str) -> Iterator[BufferedIOBase]:
    """A file, or standard input. Raises SetupError if it can't be read."""
    if name == STDIN:
        yield sys.stdin.buffer  # type: ignore[misc]  # buffered in fact, whatever its declared type says
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - closed below; errors of the body are not errors of opening
    except OSError as error:
        raise SetupError(f"{name} can't be read: {error.strerror}", remedy='name a file, or "-"') from None
    with file:
        yield file
