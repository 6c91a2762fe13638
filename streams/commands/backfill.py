"""`backfill`: bring a newly connected vendor what stands already."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.backfill import Backfill
from schemas.codec import decode_own
from streams import topics
from streams.backfill import DRY, LANE, NAME, UNREADABLE, key_of
from streams.commands.backfill_view import numbers, shown, summed
from streams.commands.carrying import asked, is_refused
from streams.commands.common import (
    AsJson,
    BootstrapServers,
    DataDir,
    Reason,
    complain,
    progress_bar,
    require_topics,
    settings_for,
    show_json,
)
from streams.commands.lane_orders import check_lane
from streams.commands.orders import By, carried_out, late, operator, order
from streams.commands.screen import DATA_WRONG
from streams.control import ROUTER, record_id

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord
    from rich.progress import Progress

    from schemas.records import Command
    from streams.settings import Settings

app = typer.Typer()
LaneName = Annotated[str, typer.Option("--lane", metavar="LANE", help="The new connection's name, as in relay.toml.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only count: nothing is sent, nothing is changed.")]
Wait = Annotated[
    float, typer.Option(min=0, metavar="SECONDS", help="Give up watching after so long without progress; 0: at once.")
]


@app.command()
def backfill(
    lane: LaneName,
    reason: Reason,
    *,
    dry_run: DryRun = False,
    by: By = None,
    wait: Wait = 60,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Bring a new connection every withdrawal and erasure that stands already.

    Add the connection to relay.toml, `topics apply`, restart the workers; from
    then on it gets what comes in. This command brings it the rest: the routers
    read the audit again and send what still stands, by the policy in force,
    for its regions and channels, under its limits, as legs of the events of
    then. After a kill they go on where they were; nothing is told twice.

    People are found by what the relay still knows of them. After an erasure
    that is nothing: it ends as failed (missing_identity).

    Exit code 1: a partition refused it. 2: nobody works on it, but it stands.

    Example: consent-relay backfill --lane zoho-crm --dry-run --reason "new CRM"
    """
    settings = settings_for(bootstrap_servers, data_dir)
    asyncio.run(_check(settings, lane))
    command = order(NAME, {LANE: lane} | ({DRY: "yes"} if dry_run else {}), by or operator(), reason)
    told = _watched(settings, command, wait)
    counts = summed(map(numbers, told.values()))
    if as_json:
        show_json({"dry_run": dry_run, **asked(command), "lane": lane, "counts": counts, "partitions": told})
    else:
        typer.echo(f"command {command.command_id} by {command.by}\n{shown(lane, told, dry=dry_run)}")
    if missing := [partition for partition, detail in told.items() if detail is None]:
        if wait:
            raise late(ROUTER, wait, missing)
    elif is_refused(filter(None, told.values())) or UNREADABLE in counts:
        raise typer.Exit(DATA_WRONG)


async def _check(settings: Settings, lane: str) -> None:
    await check_lane(settings, lane)
    await require_topics(settings, topics.STATE, topics.AUDIT, topics.CONTROL)


class _Watch:
    """How far the partitions are, for the bar."""

    def __init__(self, command: Command, bar: Progress) -> None:
        self._command = command
        self._key = key_of(command.args[LANE], dry=DRY in command.args)
        self._bar = bar
        self._task = bar.add_task(f"audit looked at for {command.args[LANE]}", total=None)
        self._far: dict[int, Backfill] = {}

    def heed(self, record: ConsumerRecord) -> bool:
        """A record of the router's state."""
        if record.key != self._key or not record.value:
            return False
        far = decode_own(Backfill, record.value)
        if far.command.command_id != self._command.command_id:
            return False
        self._far[record.partition] = far
        ends = [one.end for one in self._far.values() if one.end is not None]
        self._bar.update(self._task, total=sum(ends) or None, completed=sum(one.offset for one in self._far.values()))
        return True


def _watched(settings: Settings, command: Command, wait_s: float) -> dict[int, str | None]:
    """What each partition said in the end; None: it hasn't."""
    facts = {number: record_id(command.command_id, ROUTER, number) for number in range(settings.partitions)}
    with progress_bar() as bar:
        try:
            done = asyncio.run(carried_out(settings, command, facts, wait_s, _Watch(command, bar).heed))
        except KeyboardInterrupt:
            complain(f"command {command.command_id} goes on without you; given again, it says who is at it")
            raise
    said = {number: record.evidence for number, record in done.items()}
    return {number: proof.detail if (proof := said.get(number)) else None for number in facts}
