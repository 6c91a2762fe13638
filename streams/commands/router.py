"""`router resume`: let the router go on that halted before a flood of rejected records."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from aiokafka import TopicPartition

from schemas.errors import SetupError
from streams import topics
from streams.commands.common import AsJson, BootstrapServers, DataDir, Reason, require_topics, settings_for, show_json
from streams.commands.orders import By, Wait, carried_out, late, operator, order, watching
from streams.control import ROUTER, record_id
from streams.flood import RESUME

if TYPE_CHECKING:
    from collections.abc import Collection

    from schemas.records import Command
    from streams.settings import Settings

app = typer.Typer(name="router", help="The router: events in, deliveries out.", no_args_is_help=True)
Partition = Annotated[int | None, typer.Option(min=0, help="Only this one of consent.events; left out: all.")]


@app.callback()
def group() -> None:
    """Keep `resume` a command of its own name, though it is the only one."""


@app.command()
def resume(
    reason: Reason,
    partition: Partition = None,
    *,
    by: By = None,
    wait: Wait = 30,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let the records go to the dead letters before which the router halted.

    It halts (reason `flood` in /readyz and the log) when nearly everything is
    rejected, and writes none of it. Look at the reasons there first:
    - this relay or its configuration is wrong: mend it, restart the worker;
      it goes on by itself, and nothing was rejected.
    - the records are wrong: give this command. What lies in the partition now
      is judged without the guard, and what comes later with it again.

    Exit code 2: no router did it in time. It stands: the next router finds it.

    Example: consent-relay router resume --partition 2 --reason "shop 7 sent garbage"
    """
    settings = settings_for(bootstrap_servers, data_dir)
    ends = asyncio.run(_ends(settings, partition))
    command = order(RESUME, {str(number): str(end) for number, end in ends.items()}, by or operator(), reason)
    facts = {number: record_id(command.command_id, ROUTER, number) for number in ends}
    done = asyncio.run(carried_out(settings, command, facts, wait))
    if as_json:
        places = {str(number): {"until": end, "carried_out": number in done} for number, end in ends.items()}
        show_json({"command_id": command.command_id, "by": command.by, "reason": reason, "partitions": places})
    else:
        typer.echo(_text(command, ends, done))
    if wait and done.keys() != ends.keys():
        raise late(ROUTER, wait, ends.keys() - done.keys())


async def _ends(settings: Settings, partition: int | None) -> dict[int, int]:
    """Where the partitions of `consent.events` end now."""
    await require_topics(settings, topics.EVENTS, topics.AUDIT, topics.CONTROL)
    if partition is not None and partition >= settings.partitions:
        raise SetupError(
            f"{topics.EVENTS} has no partition {partition}",
            remedy=f"choose --partition from 0 to {settings.partitions - 1}, or leave it out",
        )
    numbers = range(settings.partitions) if partition is None else [partition]
    places = [TopicPartition(topics.EVENTS, number) for number in numbers]
    async with watching(settings) as source:
        ends = await source.end_offsets(places)
    return {place.partition: ends[place] for place in places}


def _text(command: Command, ends: dict[int, int], done: Collection[int]) -> str:
    lines = [f"command {command.command_id} by {command.by}"]
    for number, end in ends.items():
        state = "carried out" if number in done else "given"
        lines.append(f"{topics.EVENTS}[{number}]: {state}; the guard is off below offset {end}")
    return "\n".join(lines)
