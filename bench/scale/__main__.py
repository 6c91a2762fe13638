"""`python -m bench.scale`: measure, and print one table or one JSON object."""

from __future__ import annotations

import asyncio
import logging
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bench.scale import dead_vendor, isolation, latency, limit_use, parked, subjects, workers
from bench.scale.bars import Bars
from bench.scale.report import Figures, as_json, table
from bench.workload import PARTITIONS, placed
from schemas.errors import RelayError
from streams.commands.common import AsJson, complain, error_console, show_json
from streams.commands.screen import DATA_WRONG, console

if TYPE_CHECKING:
    from collections.abc import Sequence


class Part(StrEnum):
    """What can be measured alone."""

    LATENCY = "latency"
    MEMORY = "memory"
    TAKEOVER = "takeover"
    WORKERS = "workers"
    ISOLATION = "isolation"
    DEAD_VENDOR = "dead-vendor"
    PARKED = "parked"
    LIMITS = "limits"


class Wanted(NamedTuple):
    """What to measure and with how much of it, as the options say."""

    parts: set[Part]
    people: Sequence[int]
    partitions: int
    events: int
    singles: int
    queued: int
    watched_s: float
    parked: int


def main(
    *,
    only: Annotated[list[Part] | None, typer.Option(help="Measure only this; may be repeated.")] = None,
    people: Annotated[
        list[int] | None, typer.Option("--subjects", min=1, help="How many people a router holds; may be repeated.")
    ] = None,
    partitions: Annotated[int, typer.Option(min=2, help="Of the topics, for memory and takeover.")] = PARTITIONS,
    events: Annotated[int, typer.Option(min=1000, help="How many the routers are measured by.")] = 100_000,
    singles: Annotated[int, typer.Option(min=5, help="How many of each kind the latency is measured by.")] = 100,
    queued: Annotated[int, typer.Option(min=1, help="Deliveries behind a dead vendor.")] = 100_000,
    watched: Annotated[float, typer.Option(min=1, help="For so many s a dead vendor's lane is watched.")] = 60.0,
    parked: Annotated[int, typer.Option(min=1, help="People with a parked delivery.")] = 100_000,
    json: AsJson = False,
) -> None:
    """Measure idle latency, memory and takeover by people, two routers beside one, lanes beside sick ones."""
    # Clients warn while topics are so new that their leaders are unknown.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    sizes = people or [10_000, 100_000, 1_000_000]
    wanted = Wanted(set(only or Part), sizes, partitions, events, singles, queued, watched, parked)
    try:
        figures = asyncio.run(_measure(wanted))
    except RelayError as error:
        complain(str(error))
        raise typer.Exit(DATA_WRONG) from None
    result = as_json(figures)
    if json:
        show_json(result)
    else:
        console().print(table(result))


async def _measure(wanted: Wanted) -> Figures:
    bars = Bars(error_console())
    figures = Figures()
    if Part.LATENCY in wanted.parts:
        figures.latency = await latency.measure(wanted.singles, bars)
    if wanted.parts & {Part.MEMORY, Part.TAKEOVER}:
        handover = Part.TAKEOVER in wanted.parts
        for size in (0, *wanted.people):  # what is the same for nobody is no growth
            figures.held.append(await subjects.measure(size, wanted.partitions, bars, handover=handover))
    if Part.WORKERS in wanted.parts:
        given = list(placed(wanted.events, "home"))
        figures.workers = [await workers.measure(given, count, bars) for count in (1, 2)]
    if Part.ISOLATION in wanted.parts:
        figures.isolation = await isolation.measure(bars)
    if Part.DEAD_VENDOR in wanted.parts:
        figures.dead_vendor = await dead_vendor.measure(wanted.queued, wanted.watched_s, bars)
    if Part.PARKED in wanted.parts:
        figures.parked = await parked.measure(wanted.parked, bars)
    if Part.LIMITS in wanted.parts:
        figures.limits = await limit_use.measure(bars)
    return figures


if __name__ == "__main__":
    typer.run(main)
