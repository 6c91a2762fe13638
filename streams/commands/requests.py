"""`requests list|show|extend|cancel`: what people have asked for, what is left of it, and by when it must be done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.errors import InvalidRecord, SetupError
from schemas.ids import pid
from streams import topics
from streams.closer.orders import CANCEL, EXTEND
from streams.commands import lane_orders
from streams.commands.carrying import carry_out_each, had_nothing_to_do, is_refused
from streams.commands.common import AsJson, BootstrapServers, DataDir, Reason, require_topics, settings_for, show_json
from streams.commands.orders import By, Wait, operator, order
from streams.commands.requests_kept import chosen, filed
from streams.commands.requests_lanes import cancelling, extending
from streams.commands.requests_view import facts, heading, is_overdue, legs_table, table, whole
from streams.commands.screen import console
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from schemas.records import Command
    from streams.commands.requests_kept import Filed
    from streams.settings import Settings

app = typer.Typer(
    name="requests", help="What people have asked for, and whether all of it is done.", no_args_is_help=True
)
Open = Annotated[bool, typer.Option("--open", help="Only those of which something is left.")]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only open ones that are late.")]
OfController = Annotated[str | None, typer.Option("--controller", help="The company, as its events name it.")]
OfSubject = Annotated[str | None, typer.Option("--subject", help="The person's subject_id there; never printed.")]
OneRequest = Annotated[str | None, typer.Option("--request", metavar="EVENT_ID", help="Or the beginning of it.")]
Id = Annotated[str, typer.Argument(metavar="EVENT_ID", help="As `list` shows it, or the beginning of it.")]


@app.command("list")
def list_requests(
    *,
    only_open: Open = False,
    overdue: Overdue = False,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List requests, open ones first and of these what is due first; with --json one object a line.

    Withdrawals, deletions, objections, opt-outs, restrictions, access,
    corrections, what else protects a person, and ends of restrictions. Closed
    ones are kept for 90 days, or for as long as something of them is retained.

    Example: consent-relay requests list --overdue
    """
    settings = settings_for(bootstrap_servers, data_dir)
    now = now_micros()
    found = [one for one in asyncio.run(filed(settings)) if one.request.is_open or not (only_open or overdue)]
    found = [one for one in found if not overdue or is_overdue(one.request, now)]
    if as_json:
        for one in found:
            show_json(facts(one, now))
        return
    console().print(table(found, now) if found else "there is no such request")


@app.command()
def show(
    controller: OfController = None,
    subject: OfSubject = None,
    request: OneRequest = None,
    *,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a request, or all of a person, with every leg: its state, when it is due, by which rule.

    How sure a rule is stands beside it: verified, secondary, unverified, or
    internal, which is our own target and no law's.

    Example: consent-relay requests show --controller oomnis --subject c-1001
    """
    if (request is None) == (subject is None) or (subject is None) != (controller is None):
        raise SetupError("name a person by --controller and --subject, or one --request", remedy="see --help")
    settings = settings_for(bootstrap_servers, data_dir)
    found = asyncio.run(filed(settings))
    if request is not None:
        wanted = [chosen(found, request)]
    else:
        person = pid(settings.key("pepper"), controller or "", subject or "")
        wanted = [one for one in found if one.request.pid == person]
    if not wanted:
        raise InvalidRecord("no request of such a person is kept; `audit show` tells of what was closed long ago")
    for told in (whole(one, now_micros()) for one in wanted):
        if as_json:
            show_json(told)
            continue
        console().print(heading(told))
        console().print(legs_table(told))


@app.command()
def extend(
    event_id: Id,
    reason: Reason,
    *,
    by: By = None,
    wait: Wait = 30,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Put off what is open of a request, once, as far as the rules of its legs allow it.

    Only before the first of these deadlines: exit code 1 after it, or if there
    was an extension before. The person has to be told by you, with the reason.

    Exit code 2: not all was done in time. It was given to every lane, and stands.

    Example: consent-relay requests extend 0197a3c2-55e1 --reason "three systems to search, ticket 88"
    """
    settings = settings_for(bootstrap_servers, data_dir)
    one = _found(settings, event_id)
    command = order(EXTEND, {str(one.partition): one.request.key}, by or operator(), reason)
    on_lanes, again = extending(one.request, command), one.request.extended is not None
    _ordered(settings, one, command, on_lanes, wait, again=again, as_json=as_json)


@app.command()
def cancel(
    event_id: Id,
    reason: Reason,
    *,
    by: By = None,
    wait: Wait = 30,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Cancel what is left of a request: its open tasks, and its deliveries that are on hold in their lanes.

    What a lane has begun goes on, and the request stays open until that has
    ended; it never counts as completed without exceptions. Exit code 1: nothing
    of it can be cancelled. As with `lanes cancel`, the person's choices stay as
    the event has left them.

    Exit code 2: not all was done in time. It was given to every lane, and stands.

    Example: consent-relay requests cancel 0197a3c2-55e1 --reason "taken back by the person, ticket 88"
    """
    settings = settings_for(bootstrap_servers, data_dir)
    one = _found(settings, event_id)
    command = order(CANCEL, {str(one.partition): one.request.key}, by or operator(), reason)
    on_lanes, again = cancelling(one.request, command), one.request.cancelled is not None
    _ordered(settings, one, command, on_lanes, wait, again=again, as_json=as_json)


def _found(settings: Settings, event_id: str) -> Filed:
    asyncio.run(require_topics(settings, topics.REQUESTS, topics.AUDIT, topics.CONTROL))
    return chosen(asyncio.run(filed(settings)), event_id)


def _ordered(
    settings: Settings,
    one: Filed,
    command: Command,
    on_lanes: list[Command],
    wait: float,
    *,
    again: bool,
    as_json: bool,
) -> None:
    """Give the closer its command, and then the lanes theirs, however late it is. again: it was decided so before.

    The closer first: else it might find the request closed already by what the lanes do.
    """
    asked = carry_out_each(settings, [command], wait, as_json=as_json, among=[one.partition])
    is_done = not is_refused(asked.said)
    on_lanes = on_lanes if is_done or again else []
    came = lane_orders.carry_out_each(settings, on_lanes, wait, as_json=as_json, partition=one.partition)
    if errors := asked.errors + came.errors:
        raise errors[0]
    if not is_done and all(map(had_nothing_to_do, came.said)):
        raise InvalidRecord(
            f"nothing was done, see above; `requests show --request {one.request.event_id}` tells more"
        )
