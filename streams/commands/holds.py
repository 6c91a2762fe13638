"""`lanes show|release|cancel`: what lanes keep back, and what operators want of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from processors.delivering.job import KEPT
from schemas.errors import InvalidRecord, SetupError
from streams.commands.carrying import had_nothing_to_do
from streams.commands.common import AsJson, BootstrapServers, DataDir, Reason, settings_for, show_json
from streams.commands.holds_view import confirmed, facts, in_order, summary, table, token_of
from streams.commands.lane_orders import LaneName, carry_out, check_lane
from streams.commands.lane_state import Kept, kept
from streams.commands.orders import By, Wait, operator, order
from streams.commands.screen import console
from streams.lanes.orders.holding import CANCEL, COUNTS, DELIVERY, DROP, EVENT, RELEASE, SINCE, STATUS
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.settings import Settings

STATUSES = (*KEPT, "failed")
Status = Annotated[str | None, typer.Option(help=f"Only these: {', '.join(STATUSES)}.")]
Held = Annotated[bool, typer.Option("--held", help="The deletions that the surge guard holds, not the dry run's.")]
Drop = Annotated[bool, typer.Option("--drop", help="Cancel them instead: they are never sent.")]
Confirm = Annotated[
    str | None, typer.Option(metavar="TOKEN", help="Do it to what was shown with this token, and nothing else.")
]
Why = Annotated[str | None, typer.Option("--reason", help="Why; kept in the audit. Needed with --confirm.")]
OneDelivery = Annotated[str | None, typer.Option("--delivery", metavar="ID", help="As `lanes show` tells it.")]
OneEvent = Annotated[str | None, typer.Option("--event", metavar="ID", help="All of this event on the lane.")]


def show(
    lane: LaneName,
    status: Status = None,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Tell of each delivery that a lane keeps: since when, until when, and when the law wants it done.

    parked: tried again by itself. held: too many deletions came at once.
    waiting: its cancel window. dry_run: the connection only rehearses.
    failed: see `dead-letters redrive`. With --json one object a line.

    Example: consent-relay lanes show zoho-crm --status held
    """
    if status is not None and status not in STATUSES:
        raise SetupError(f"there is no status {status!r}", remedy=f"choose among: {', '.join(STATUSES)}")
    settings = settings_for(bootstrap_servers, data_dir)
    found = _kept(settings, lane, *([status] if status else STATUSES))
    if as_json:
        for one in found:
            show_json(facts(one, now_micros()))
        return
    console().print(table(found, now_micros()) if found else "it keeps nothing of that")


def release(
    lane: LaneName,
    *,
    held: Held = False,
    drop: Drop = False,
    confirm: Confirm = None,
    reason: Why = None,
    by: By = None,
    wait: Wait = 30,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let go what a dry run kept, or with --held what the surge guard holds: in two steps.

    The first shows how many there are, of which action, and gives a token;
    nothing is done. The second, with --confirm TOKEN and --reason, sends them
    in order, or with --drop cancels them for good. What came after the first
    step is left alone. Deletions of a dry run still wait for their cancel window.
    Exit code 1: a partition did nothing of it.

    Example: consent-relay lanes release zoho-crm --held
    and then: ... --held --confirm release-412-3f9a01bc --reason "a closed account"
    """
    settings = settings_for(bootstrap_servers, data_dir)
    status, verb = "held" if held else "dry_run", "drop" if drop else "release"
    found = _kept(settings, lane, status)
    if confirm is None:
        _propose(lane, status, verb, found, as_json=as_json)
        return
    if reason is None:
        raise SetupError("--reason is missing", remedy="say in a sentence why: it is kept in the audit")
    wanted = confirmed(confirm, verb, found)
    counts = Counter(one.partition for one in wanted)
    args = {STATUS: status, SINCE: str(wanted[-1].entry.since)}
    args[COUNTS] = " ".join(f"{partition}:{count}" for partition, count in sorted(counts.items()))
    command = order(DROP if drop else RELEASE, args, by or operator(), reason, lane)
    told = carry_out(settings, command, wait, as_json=as_json, among=counts)
    if any(map(had_nothing_to_do, told)):
        raise InvalidRecord("not all of what was confirmed was done, see above; give it once more without --confirm")


def cancel(
    lane: LaneName,
    reason: Reason,
    *,
    delivery: OneDelivery = None,
    event: OneEvent = None,
    by: By = None,
    wait: Wait = 30,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Cancel one delivery for good that waits in its cancel window, is held, or was only rehearsed.

    What was tried already, or is over, can't be cancelled: exit code 1. The
    relay's own state is as the event has left it, so what a cancelled deletion
    has taken from a person's choices has to be published anew.

    Example: consent-relay lanes cancel zoho-crm --event 0197... --reason "asked for by mistake, ticket 88"
    """
    if (delivery is None) == (event is None):
        raise SetupError("name one of --delivery and --event", remedy="`consent-relay lanes show` tells both")
    settings = settings_for(bootstrap_servers, data_dir)
    args = {DELIVERY: delivery} if delivery else {EVENT: event or ""}
    told = carry_out(settings, order(CANCEL, args, by or operator(), reason, lane), wait, as_json=as_json)
    if told and not any("cancelled" in one for one in told):
        raise InvalidRecord("nothing of it waits on this lane: see what became of it with `audit show`")


def _kept(settings: Settings, lane: str, *statuses: str) -> list[Kept]:
    asyncio.run(check_lane(settings, lane))
    return in_order(asyncio.run(kept(settings, [lane], *statuses)))


def _propose(lane: str, status: str, verb: str, found: Sequence[Kept], *, as_json: bool) -> None:
    token = token_of(verb, found) if found else None
    told = {"lane": lane, "status": status, **summary(found, now_micros()), "confirm": token}
    if as_json:
        show_json(told)
    elif not found:
        typer.echo(f"lane {lane}: nothing is {status}")
    else:
        actions = ", ".join(f"{count} {action}" for action, count in told["actions"].items())
        typer.echo(
            f"lane {lane}: {len(found)} deliveries of {told['people']} people are {status} ({actions})\n"
            f"since {told['since']}; next due {told['next_due']}; overdue {told['overdue']}\n"
            f"Nothing is done yet. To {verb} exactly these, give the same command with\n"
            f'  --confirm {token} --reason "..."'
        )
