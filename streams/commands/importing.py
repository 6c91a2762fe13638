"""`import`: opt-outs that stand already, from a CSV file into `consent.events`."""

from __future__ import annotations

import asyncio
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from processors.routing.desk import Desk
from schemas.sealing import Seals
from streams import topics
from streams.commands.common import (
    AsJson,
    BootstrapServers,
    Config,
    DataDir,
    complain,
    config_of,
    progress_bar,
    require_topics,
    settings_for,
)
from streams.commands.lines import STDIN
from streams.commands.publish import opened, started
from streams.commands.screen import DATA_WRONG, WRONG_USE
from streams.importing.events import METHOD, check_columns
from streams.importing.intake import AT_ONCE, Intake
from streams.importing.report import PUBLISHED, REFUSED, UNSURE, VALID, Report
from streams.importing.rows import LONGEST_ROW, header_of, rows_of
from streams.importing.seen import seen
from streams.stopping import stopped
from streams.wire import home_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedIOBase

    from streams.importing.rows import Header, Row
    from streams.settings import Settings

app = typer.Typer()
File = Annotated[str, typer.Argument(metavar="FILE|-", help="CSV with a line of column names; - is standard input.")]
Controller = Annotated[str | None, typer.Option(help="Of all rows; else the column `controller` says it.")]
Kind = Annotated[str, typer.Option(help="Of rows without a `kind`.")]
AsOf = Annotated[str | None, typer.Option(metavar="TIME", help="When rows without `occurred_at` were so; ISO 8601.")]
By = Annotated[str, typer.Option(help="Who says so, for the audit: `published_by` of the events. Name no person.")]
Tell = Annotated[bool, typer.Option("--tell-vendors", help="The vendors don't know yet: tell them.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what is wrong with which row.")]
Rejected = Annotated[Path | None, typer.Option(help="Where bad rows go, as they are; default FILE.rejected.csv.")]


@app.command(name="import")
def import_(
    file: File,
    *,
    controller: Controller = None,
    kind: Kind = "consent.withdrawn",
    as_of: AsOf = None,
    tell_vendors: Tell = False,
    dry_run: DryRun = False,
    rejected: Rejected = None,
    by: By = "import",
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Take over opt-outs that stand already, from a CSV file.

    Columns: subject_id, purposes (names, or all), occurred_at; and if you like
    kind, channels, email, phone, identity.<type>, jurisdiction, evidence_uri,
    controller, lawful_basis, event_id. Names in one cell: spaces or | between.

    Unless asked, no vendor is called: the relay remembers the choices, and a
    `backfill` brings them to vendors that are connected later. A row imported
    again is the same event, and changes nothing. Bad rows are kept as they
    are, to be mended. Exit code 1: a row was bad, or there was none.

    Example: consent-relay import optouts.csv --controller oomnis --dry-run
    """
    settings = settings_for(bootstrap_servers, data_dir, config)
    told = None if tell_vendors else True
    said = {"kind": kind, "published_by": by, "controller": controller, "occurred_at": as_of, "vendors_told": told}
    kept = None if dry_run else rejected or Path(f"{'import' if file == STDIN else file}.rejected.csv")
    _take_over(settings, file, said, kept, as_json=as_json)


def _take_over(settings: Settings, file: str, said: dict[str, Any], kept: Path | None, *, as_json: bool) -> None:
    """said: of all rows; kept: where bad ones go, None: a dry run."""
    given = {name: one for name, one in {"method": METHOD, **said}.items() if one is not None}
    desk = _desk(settings)
    with opened(file) as source:
        lines = _lines(source)
        header = header_of(lines, file)
        check_columns(header.columns, file, given)
        with Report(file, header, kept, as_json=as_json) as report, seen() as known:
            intake = Intake(desk, given, report, known)
            _run(settings, file, _rows(lines, header), intake, dry=kept is None)
    _end(file, report, kept, as_json=as_json)


def _desk(settings: Settings) -> Desk:
    seals = Seals(settings.key("relay_key"))
    return Desk(config_of(settings), (), settings.key("pepper"), seals, home_of(settings.partitions))


def _lines(source: BufferedIOBase) -> Iterator[bytes]:
    """Lines, the endless ones in pieces."""
    return iter(lambda: source.readline(LONGEST_ROW + 1), b"")


def _rows(lines: Iterator[bytes], header: Header) -> Iterator[list[Row]]:
    rows = rows_of(lines, header)
    return iter(lambda: list(islice(rows, AT_ONCE)), [])


def _run(settings: Settings, name: str, batches: Iterator[list[Row]], intake: Intake, *, dry: bool) -> None:
    size = None if name == STDIN else Path(name).stat().st_size
    bar = progress_bar()
    with asyncio.Runner() as runner, bar as progress:
        task = progress.add_task(name, total=size)
        if dry:
            for rows in batches:
                intake.look_at(rows)
                progress.advance(task, sum(len(row.raw) for row in rows))
            return
        runner.run(require_topics(settings, topics.EVENTS))
        producer = runner.run(started(settings))
        with closing(_Stopping(runner, producer)):
            for rows in batches:
                runner.run(intake.publish(rows, producer))
                progress.advance(task, sum(len(row.raw) for row in rows))
                if intake.report.counts[UNSURE]:
                    return


class _Stopping:
    """Ends a producer on the loop that it lives on."""

    def __init__(self, runner: asyncio.Runner, producer: Any) -> None:
        self._runner, self._producer = runner, producer

    def close(self) -> None:
        self._runner.run(stopped(self._producer))


def _end(file: str, report: Report, kept: Path | None, *, as_json: bool) -> None:
    counts = report.counts
    if not as_json:
        typer.echo(", ".join(f"{word} {number:,}" for word, number in sorted(counts.items())) or "no rows")
    if counts[REFUSED] and kept is not None:
        complain(f"bad rows are in {kept}, as they were: mend them there and import that file")
    if counts[UNSURE]:
        complain(f"the broker went away: import {file} again, what it has already changes nothing")
        raise typer.Exit(WRONG_USE)
    if counts[REFUSED] or not counts[PUBLISHED] + counts[VALID]:
        raise typer.Exit(DATA_WRONG)
