"""`lanes pause|resume`: what operators want of the lanes."""

from __future__ import annotations

from typing import Annotated

import typer

from streams.commands.common import AsJson, BootstrapServers, DataDir, Reason, settings_for
from streams.commands.lane_orders import carry_out
from streams.commands.orders import By, Wait, operator, order
from streams.lanes.foreman import PAUSE, RESUME

app = typer.Typer(help="The lanes: deliveries out, each to one connection's vendor.", no_args_is_help=True)
LaneName = Annotated[str, typer.Argument(metavar="LANE", help="A connection's name, as in relay.toml.")]


@app.command()
def pause(
    lane: LaneName,
    reason: Reason,
    *,
    by: By = None,
    wait: Wait = 30,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Start no more calls to one vendor, until somebody resumes the lane.

    What is in the air is finished. Nothing is lost: what comes in waits, in
    memory and in Kafka, across restarts and from worker to worker. The legal
    deadlines go on: what comes too late for them is tried once more and then
    fails, so don't forget to resume.

    Exit code 2: no worker did it in time. It stands: the next one finds it.

    Example: consent-relay lanes pause zoho-crm --reason "Zoho's maintenance on Sunday"
    """
    settings = settings_for(bootstrap_servers, data_dir)
    command = order(PAUSE, {}, by or operator(), reason, lane)
    carry_out(settings, command, wait, as_json=as_json)


@app.command()
def resume(
    lane: LaneName,
    reason: Reason,
    *,
    by: By = None,
    wait: Wait = 30,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let a lane go on that was paused: what waited goes out in order, under the vendor's limits.

    Exit code 2: no worker did it in time. It stands: the next one finds it.

    Example: consent-relay lanes resume zoho-crm --reason "the maintenance is over"
    """
    settings = settings_for(bootstrap_servers, data_dir)
    command = order(RESUME, {}, by or operator(), reason, lane)
    carry_out(settings, command, wait, as_json=as_json)
