"""`audit retention`: whose records have been kept for as long as their controller says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.table import Table

from processors.reporting.retention import Retention
from schemas.connections import AUDIT_RETENTION
from schemas.times import iso
from streams import topics
from streams.commands.audit_facts import fact_of
from streams.commands.common import (
    AsJson,
    BootstrapServers,
    Config,
    DataDir,
    config_of,
    progress_bar,
    require_topics,
    settings_for,
    show_json,
)
from streams.commands.screen import console
from streams.logs import slices, spans_of
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from streams.settings import Settings


def retention(
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    r"""Say whose audit is past its time, by controller: so long after the last leg of a person was closed.

    How long is `audit_retention` of \[controllers.X] in relay.toml, 6 years
    where it says nothing. Nothing is deleted: docs/audit.md says what to do.
    Who has something open, or kept under a legal hold, isn't past.

    Example: consent-relay audit retention --json
    """
    settings = settings_for(bootstrap_servers, data_dir, config)
    controllers = config_of(settings).controllers
    periods = {name: one.audit_retention for name, one in controllers.items()}
    read = asyncio.run(_read(settings, Retention(periods, AUDIT_RETENTION, now_micros())))
    _tell(read, as_json=as_json)


async def _read(settings: Settings, told: Retention) -> Retention:
    await require_topics(settings, topics.AUDIT)
    spans = await spans_of(settings, topics.AUDIT)
    ends = {number: end for number, (_, end) in spans.items()}
    with progress_bar() as bar:
        task = bar.add_task("consent.audit", total=sum(end - begin for begin, end in spans.values()))
        far = {number: begin for number, (begin, _) in spans.items()}
        async for records in slices(settings, topics.AUDIT, ends):
            for record in records:
                told.hear(fact_of(record))
            if records:
                last = records[-1]
                bar.advance(task, last.offset + 1 - far[last.partition])
                far[last.partition] = last.offset + 1
    return told


def _tell(told: Retention, *, as_json: bool) -> None:
    lines, needed = list(told.lines()), told.needed()
    if as_json:
        each = [{**line._asdict(), "next_at": line.next_at and iso(line.next_at)} for line in lines]
        show_json({"controllers": each, "needed_from": {str(number): needed[number] for number in sorted(needed)}})
        return
    shown = Table("controller", "kept for", "people", "records", "open", "past", "their records", "next", box=None)
    for line in lines:
        numbers = (line.people, line.records, line.open, line.past, line.past_records)
        shown.add_row(
            line.controller, line.retention, *map(str, numbers), iso(line.next_at)[:10] if line.next_at else "-"
        )
    console().print(shown)
    places = ", ".join(f"{number}@{needed[number]}" for number in sorted(needed))
    console().print(f"kept from partition@offset: {places or '-'}; whatever is before that is past")
