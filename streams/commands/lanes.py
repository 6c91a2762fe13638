"""`lanes list|pause|resume|show|release|cancel`: how the lanes stand, and what operators want of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import typer

from streams.commands import holds
from streams.commands.common import (
    AsJson,
    BootstrapServers,
    Config,
    DataDir,
    Reason,
    administrator,
    settings_for,
    show_json,
)
from streams.commands.lane_orders import LaneName, carry_out, lanes_on
from streams.commands.lanes_served import configured, workers
from streams.commands.lanes_table import shown
from streams.commands.lanes_view import standing
from streams.commands.orders import By, Wait, operator, order
from streams.commands.screen import console
from streams.lanes.orders.pausing import PAUSE, RESUME

if TYPE_CHECKING:
    from streams.settings import Settings

app = typer.Typer(
    name="lanes", help="The lanes: deliveries out, each to one connection's vendor.", no_args_is_help=True
)


@app.command("list")
def list_lanes(
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Tell how each lane stands, read from its topics: no worker has to run.

    lag: records that aren't settled yet, by offsets; oldest: since the receipt
    of what waits longest, in the topic or in the lane state. parked ones are
    tried again by themselves, jobs are the vendor's and asked about; failed
    ones and manual tasks wait for a person;
    overdue: kept beyond its legal deadline. Calls in flight, breaker and the
    limit that is used most are as the workers told them last, and when. A lane
    that no worker serves, or whose connection is not in relay.toml any more,
    says so.

    Example: consent-relay lanes list
    """
    settings = settings_for(bootstrap_servers, data_dir, config)
    found = asyncio.run(_all(settings))
    if as_json:
        for lane in found:
            show_json(lane)
        return
    console().print(shown(found) if found else "there are no lanes")


async def _all(settings: Settings) -> list[dict[str, Any]]:
    lanes, known = await lanes_on(settings), configured(settings)
    async with administrator(settings) as admin:
        serving = await workers(settings, admin, lanes)
    return [
        told | {"workers": serving.get(lane), "configured": None if known is None else lane in known}
        for lane, told in (await standing(settings, lanes)).items()
    ]


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
    deadlines go on: what comes too late for them has its quick tries, is not
    parked any more and then fails, so don't forget to resume.

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


app.command()(holds.show)
app.command()(holds.release)
app.command()(holds.cancel)
