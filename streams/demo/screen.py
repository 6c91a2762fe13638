"""What a person sees of a demo: progress while it runs, the result as tables."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from streams.demo.numbers import Havoc, Result
    from streams.demo.tally import Tally

MOST_SHOWN = 30


class Bars:
    """How many events are published and planned, and how many deliveries are settled."""

    def __init__(self, progress: Progress, events: int) -> None:
        self._progress = progress
        self._published = progress.add_task("events published", total=events)
        self._planned = progress.add_task("events planned", total=events)
        self._settled = progress.add_task("deliveries settled", total=None)

    def say(self, text: str) -> None:
        """A line above the bars."""
        self._progress.console.print(text)

    def published(self, count: int) -> None:
        self._progress.update(self._published, completed=count)

    def worked(self, tally: Tally) -> None:
        self._progress.update(self._planned, completed=len(tally.verdicts))
        self._progress.update(self._settled, completed=tally.settled, total=len(tally.dues))


@contextmanager
def bars(console: Console, events: int) -> Iterator[Bars]:
    columns = (TextColumn("{task.description:20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield Bars(progress, events)


def show(result: Result, console: Console) -> None:
    """Events, lanes, latency."""
    events = result.events()
    reasons = ", ".join(f"{count} {reason}" for reason, count in events["rejected_by_reason"].items())
    console.print(
        f"\n{events['published']} events in: {events['accepted']} accepted, {events['stale']} stale, "
        f"{events['duplicate']} duplicate, {events['rejected']} rejected ({reasons}); "
        f"{events['forwarded']} forwarded to their home partition"
    )
    console.print(_lanes(result))
    deliveries, latency = result.deliveries(), result.as_json()["latency_ms"]
    console.print(
        f"{deliveries['due']} deliveries due: {deliveries['final']} final, {deliveries['open_tasks']} open tasks, "
        f"{deliveries['parked']} parked, {result.unaccounted} unaccounted; "
        f"{deliveries['unbound']} more for recipients without a connection\n"
        f"from event to final outcome: p50 {_seconds(latency['p50'])}, p95 {_seconds(latency['p95'])} "
        f"({'through it all' if result.havoc else 'all events published at once'})"
    )
    for shared in result.shared:
        console.print(str(shared))
    console.print(str(result.asked))
    if result.havoc:
        _show_havoc(result.havoc, console)


def _show_havoc(havoc: Havoc, console: Console) -> None:
    table = Table("at", "what was done", "work went on after", box=None)
    for act in havoc.acts:
        after = "never" if act.recovery_s is None else f"{act.recovery_s:.1f} s"
        table.add_row(f"{act.at_s:.1f} s", act.what, after)
    console.print(table)
    console.print(
        f"{havoc.again} events published again for want of an acknowledgement, {havoc.twice} of which were there "
        f"already; {havoc.repeats} calls made again because their outcome was lost"
    )


def verdict(result: Result, console: Console) -> None:
    """Whether relay and vendors stand as the model says."""
    proven, heads = sum(one.proven for one in result.proven), sum(one.heads for one in result.proven)
    console.print(f"audit verify: {proven} records are as the notary signed them, under {heads} heads")
    for tampered in result.tampered:
        console.print(f"  {tampered}")
    for mismatch in result.mismatches[:MOST_SHOWN]:
        console.print(f"  {mismatch}")
    if len(result.mismatches) > MOST_SHOWN:
        console.print(f"  and {len(result.mismatches) - MOST_SHOWN} more")
    console.print(
        f"{'good' if result.is_good else 'NOT GOOD'}: {result.unaccounted} unaccounted, {len(result.mismatches)} "
        f"differences between a second model's expectations and what vendors hold and the audit says"
    )


def _lanes(result: Result) -> Table:
    by_lane = result.deliveries()["by_lane"]
    outcomes = sorted({outcome for lane in by_lane.values() for outcome in lane})
    table = Table("lane", box=None)
    for outcome in outcomes:
        table.add_column(outcome, justify="right")
    for lane, counts in by_lane.items():
        table.add_row(lane, *(str(counts.get(outcome, "")) for outcome in outcomes))
    return table


def _seconds(milliseconds: float | None) -> str:
    return "none" if milliseconds is None else f"{milliseconds / 1000:.1f} s"
