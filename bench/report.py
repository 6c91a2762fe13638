"""The figures: one object for programs, tables for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.lineup import Contender
    from bench.samples import Result


@dataclass(slots=True)
class Entry:
    """A contender in one row, and what came of its runs."""

    contender: Contender
    versions: dict[str, str] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def events_per_s(self) -> float | None:
        """Median of the runs that ended well."""
        return median(result.events_per_s for result in self.results) if self.results else None

    @property
    def cpu_us_per_event(self) -> float | None:
        """Median, where the system tells it."""
        used = [result.cpu_us_per_event for result in self.results if result.cpu_us_per_event is not None]
        return median(used) if used else None

    def ratio(self, ours: Entry | None) -> float | None:
        """How many times as fast we are."""
        mine, theirs = ours.events_per_s if ours else None, self.events_per_s
        return mine / theirs if mine and theirs else None


def ours_of(entries: Sequence[Entry]) -> Entry | None:
    return next((entry for entry in entries if entry.contender.is_ours), None)


def as_json(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Rates in events/s, `ratio`: ours to it."""
    ours = ours_of(entries)
    return [
        {
            "name": entry.contender.name,
            "title": entry.contender.title,
            "guarantee": entry.contender.guarantee,
            "versions": entry.versions,
            "events_per_s": entry.events_per_s,
            "min_events_per_s": min((result.events_per_s for result in entry.results), default=None),
            "max_events_per_s": max((result.events_per_s for result in entry.results), default=None),
            "ratio": entry.ratio(ours),
            "cpu_us_per_event": entry.cpu_us_per_event,
            "runs": [asdict(result) for result in entry.results],
            "errors": entry.errors,
        }
        for entry in entries
    ]


def table(entries: Sequence[Entry], title: str, events: int) -> Table:
    """One line per contender."""
    made = Table(title=title, title_justify="left")
    made.add_column("contender")
    made.add_column("guarantee")
    made.add_column("events/s", justify="right")
    made.add_column("min – max", justify="right")
    made.add_column("ours to it", justify="right")
    made.add_column("its CPU, µs/event", justify="right")
    made.add_column("events done", justify="right")
    ours = ours_of(entries)
    for entry in entries:
        made.add_row(entry.contender.title, entry.contender.guarantee, *_figures(entry, ours, events))
    return made


def _figures(entry: Entry, ours: Entry | None, events: int) -> tuple[str, ...]:
    rate, ratio = entry.events_per_s, entry.ratio(ours)
    if rate is None:
        return ("failed" if entry.errors else "not run",)
    rates = [result.events_per_s for result in entry.results]
    done = min(result.done for result in entry.results)
    part = f"{done:,} of {events:,}" if done < events else f"{done:,}"
    cpu_us = entry.cpu_us_per_event
    return (
        f"{rate:,.0f}",
        f"{min(rates):,.0f} – {max(rates):,.0f}",
        f"{ratio:.2f} ×" if ratio else "",
        f"{cpu_us:,.0f}" if cpu_us else "",
        part,
    )
