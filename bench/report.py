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
    def per_s(self) -> float | None:
        """Median of the runs that ended well."""
        return median(result.per_s for result in self.results) if self.results else None

    @property
    def cpu_us(self) -> float | None:
        """Median, where the system tells it."""
        used = [result.cpu_us for result in self.results if result.cpu_us is not None]
        return median(used) if used else None

    @property
    def vendor_busy(self) -> float | None:
        """Cores that the vendor used at most, where there was one."""
        return max((result.vendor_busy for result in self.results if result.vendor_busy), default=None)

    def ratio(self, ours: Entry | None) -> float | None:
        """How many times as fast we are."""
        mine, theirs = ours.per_s if ours else None, self.per_s
        return mine / theirs if mine and theirs else None


def ours_of(entries: Sequence[Entry]) -> Entry | None:
    return next((entry for entry in entries if entry.contender.is_ours), None)


def as_json(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Rates per s, cpu_us in µs, of the row's unit; `ratio`: ours to it."""
    ours = ours_of(entries)
    return [
        {
            "name": entry.contender.name,
            "title": entry.contender.title,
            "guarantee": entry.contender.guarantee,
            "versions": entry.versions,
            "per_s": entry.per_s,
            "min_per_s": min((result.per_s for result in entry.results), default=None),
            "max_per_s": max((result.per_s for result in entry.results), default=None),
            "ratio": entry.ratio(ours),
            "cpu_us": entry.cpu_us,
            "runs": [asdict(result) for result in entry.results],
            "errors": entry.errors,
        }
        for entry in entries
    ]


def table(entries: Sequence[Entry], title: str, number: int, unit: str = "events") -> Table:
    """One line per contender. `unit`: what is counted, `number` how many of it there were."""
    made = Table(title=title, title_justify="left")
    made.add_column("contender")
    made.add_column("guarantee")
    made.add_column(f"{unit}/s", justify="right")
    made.add_column("min – max", justify="right")
    made.add_column("ours to it", justify="right")
    made.add_column("its CPU, µs each", justify="right")
    made.add_column("done", justify="right")
    ours, busy = ours_of(entries), [entry.vendor_busy for entry in entries]
    if any(busy):
        made.add_column("vendor's cores", justify="right")
    for entry, cores in zip(entries, busy, strict=True):
        more = (f"{cores:.2f}",) if cores else ()
        made.add_row(entry.contender.title, entry.contender.guarantee, *_figures(entry, ours, number), *more)
    return made


def _figures(entry: Entry, ours: Entry | None, number: int) -> tuple[str, ...]:
    rate, ratio = entry.per_s, entry.ratio(ours)
    if rate is None:
        return ("failed" if entry.errors else "not run",)
    rates = [result.per_s for result in entry.results]
    done = min(result.done for result in entry.results)
    part = f"{done:,} of {number:,}" if done < number else f"{done:,}"
    cpu_us = entry.cpu_us
    return (
        f"{rate:,.0f}",
        f"{min(rates):,.0f} – {max(rates):,.0f}",
        f"{ratio:.2f} ×" if ratio else "",
        f"{cpu_us:,.0f}" if cpu_us else "",
        part,
    )
