"""`python -m bench`: every contender on the same events, each in a process of its own, in rounds."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.lineup import LINEUP
from bench.report import Entry, as_json, table
from bench.rows import ROWS
from bench.run import MEASURE_S, RunFailed, run
from bench.stage import prepare
from bench.versions import WrongVersion, machine, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.stage import Stage

Rows = dict[str, list[Entry]]


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Router and lanes beside others, on the same records.")
    parser.add_argument("--events", type=int, default=100_000, help="in the first row; others take a part of it")
    parser.add_argument("--runs", type=int, default=3, help="the table shows their median")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=[c.name for c in LINEUP], help="these contenders"
    )
    parser.add_argument("--row", choices=ROWS, help="only this row; lane-8 runs only if it is asked for")
    parser.add_argument("--json", action="store_true", help="one object on standard output")
    return parser.parse_args(argv)


def entries_of(row: str, only: Sequence[str] | None) -> list[Entry]:
    """Who takes part in a row, with the versions that run; one whose environment is wrong has an error."""
    entries = [Entry(one) for one in LINEUP if row in one.rows and (not only or one.name in only)]
    for entry in entries:
        try:
            entry.versions = versions(entry.contender)
        except WrongVersion as error:
            entry.errors.append(str(error))
    return entries


def rounds(stage: Stage, entries: Sequence[Entry], runs: int, console: Console) -> None:
    """One run of each, again and again: what changes on the machine meets them all. Who failed is out."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        everything = progress.add_task(f"Runs, row {stage.row.name}", total=runs * len(entries))
        current = progress.add_task("", total=stage.number)
        for number in range(1, runs + 1):
            for entry in entries:
                progress.update(current, description=f"{entry.contender.title}, run {number}", completed=0)
                if not entry.errors:
                    _run(entry, stage, lambda done: progress.update(current, completed=done))
                    console.print(_line(entry, number, stage.row.unit))
                progress.advance(everything)


def _run(entry: Entry, stage: Stage, tell: Callable[[int], None]) -> None:
    try:
        entry.results.append(run(entry.contender, stage, tell))
    except RunFailed as failed:
        entry.errors.append(str(failed))


def _line(entry: Entry, number: int, unit: str) -> str:
    title = f"{entry.contender.title}, run {number}"
    if entry.errors:
        return f"{title}: {entry.errors[-1].splitlines()[0]}"
    last = entry.results[-1]
    return f"{title}: {last.per_s:,.0f} {unit}/s in {last.seconds:.1f} s"


def show(rows: Rows, events: int, runs: int) -> None:
    """The tables, on standard output."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    for name, entries in rows.items():
        row, number = ROWS[name], events // ROWS[name].share
        console.print(table(entries, f"{row.title}: {number:,} {row.unit}, median of {runs}", number, row.unit))
    facts = machine()
    console.print(
        f"{facts['date']}: {facts['cores']} cores for everything ({facts['system']}), Python {facts['python']}, "
        f"Kafka {facts['kafka']} on the same machine, Java {facts['java']}"
    )
    found = {entry.contender.title: entry.versions for entries in rows.values() for entry in entries}
    for title, versions_of in found.items():
        libraries = ", ".join(f"{name} {number}" for name, number in versions_of.items())
        console.print(f"{title}: {libraries}", highlight=False)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 1 if a contender failed."""
    given = arguments(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # contender and broker end with us
    progress = Console(stderr=True)
    rows: Rows = {}
    sizes = {}
    for row in [ROWS[given.row]] if given.row else [row for row in ROWS.values() if not row.when_asked]:
        entries = entries_of(row.name, given.only)
        if not entries:
            continue
        with tempfile.TemporaryDirectory(prefix="bench-") as directory:
            number = given.events // row.share
            with progress.status(f"Publishing {number:,} {row.unit}, row {row.name}"):
                stage = prepare(Path(directory) / row.name, row, number)
            rounds(stage, entries, given.runs, progress)
        sizes[row.name] = {"number": number, "unit": row.unit, **asdict(stage.sizes)}
        rows[row.name] = entries
    if given.json:
        figures = {row: {**sizes[row], "contenders": as_json(entries)} for row, entries in rows.items()}
        facts = {"machine": machine(), "events": given.events, "runs": given.runs, "measured_at_most_s": MEASURE_S}
        print(json.dumps({**facts, "rows": figures}, indent=2))  # noqa: T201 - what was asked for
    else:
        show(rows, given.events, given.runs)
    errors = [(entry, text) for entries in rows.values() for entry in entries for text in entry.errors]
    for entry, text in errors:
        progress.print(f"{entry.contender.title}: {text}", style="red", markup=False)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
