"""`tasks list|show|done`: what people must do by hand, at vendors or for a request, and the proof that they did."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from processors.delivering.tasks import LINK, SHA256, evidence_in
from schemas.errors import InvalidRecord, SetupError
from schemas.sealing import Seals
from streams.closer.orders import DONE as DONE_OF_REQUEST
from streams.commands.carrying import carry_out, is_refused
from streams.commands.common import (
    AsJson,
    BootstrapServers,
    Config,
    DataDir,
    Reason,
    config_of,
    say,
    settings_for,
    show_json,
)
from streams.commands.lane_orders import check_lane
from streams.commands.orders import By, Wait, operator, order
from streams.commands.screen import console
from streams.commands.tasks_find import wanted_tasks
from streams.commands.tasks_notify import notify
from streams.commands.tasks_open import AskedTask, id_of, lane_of, open_tasks
from streams.commands.tasks_view import facts, hints, table
from streams.lanes.orders.tasks import DELIVERIES, DONE
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemas.connections import Connection
    from schemas.records import Delivery
    from streams.commands.tasks_open import Task
    from streams.settings import Settings

MOST = 300
"""With one command: it is one record, and its effect one transaction."""
_DONE = re.compile(r"(\d+) done")
app = typer.Typer(name="tasks", help="What people must do by hand, and that they did.", no_args_is_help=True)
app.command("notify")(notify)
OfLane = Annotated[str | None, typer.Option("--lane", help="Only this lane's.")]
OfController = Annotated[str | None, typer.Option("--controller", help="Only this company's.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it, or whole.")]
Ids = Annotated[list[str], typer.Argument(metavar="ID", help="As `list` shows them, or whole.")]
TheirLane = Annotated[str | None, typer.Option("--lane", help="Refuse those of another one.")]
Proof = Annotated[
    Path | None, typer.Option("--evidence", metavar="FILE", help="Proof that it is done; its SHA-256 is kept.")
]
Link = Annotated[str | None, typer.Option("--link", metavar="URL", help="Where the proof is kept; names no person.")]
Reveal = Annotated[bool, typer.Option("--reveal", help="Open the seal: this SHOWS PERSONAL DATA on the screen.")]


@app.command("list")
def list_tasks(
    lane: OfLane = None,
    controller: OfController = None,
    config: Config = None,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List what has to be done by hand, what is due first on top; with --json one object a line.

    Tasks of lanes, which can't do by a call what a delivery asks; and of
    requests: an answer to the person, one's own systems, a recipient without a
    connection. Read from the topics: no worker has to run. Vendors, recipients
    and hints are told where there is a relay.toml; also which recipients have
    got a connection since their task was planned.

    Example: consent-relay tasks list
    """
    settings = settings_for(bootstrap_servers, data_dir, config)
    found = asyncio.run(_listed(settings, lane))
    connections = _connections(settings)
    told = [facts(task, connections, now_micros()) for task in found]
    told = [task for task in told if controller in {None, task["controller"]}]
    if as_json:
        for task in told:
            show_json(task)
        return
    screen = console()
    screen.print(table(told) if told else "there is nothing to do by hand")
    for hint in hints(told):
        screen.print(hint)


@app.command()
def show(
    delivery_id: Id,
    config: Config = None,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    *,
    reveal: Reveal = False,
    as_json: AsJson = False,
) -> None:
    """Show one open task: its facts, and with --reveal whom it is about, which takes the relay key.

    Example: consent-relay tasks show 3f0c9a1b77de --reveal
    """
    settings = settings_for(bootstrap_servers, data_dir, config)
    (task,) = asyncio.run(wanted_tasks(settings, [delivery_id]))
    told = facts(task, _connections(settings), now_micros())
    if reveal and isinstance(task, AskedTask):
        raise InvalidRecord(f"no identity is kept for a request's task: it is of event {task.request.event_id}")
    if reveal and not isinstance(task, AskedTask):
        told["identities"] = _opened(task.entry.delivery, Seals(settings.key("relay_key")))
    if as_json:
        show_json(told)
        return
    for name, value in told.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else value
        say(f"{name}: {'-' if text in {None, ''} else text}")


@app.command()
def done(
    ids: Ids,
    reason: Reason,
    *,
    lane: TheirLane = None,
    evidence: Proof = None,
    link: Link = None,
    by: By = None,
    wait: Wait = 30,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say that tasks are done, with a file or a link that shows it: all of them of one lane, or all of requests.

    They end as `done` in the audit, with the proof, who says it and why. The
    file itself stays with you: keep it.

    Exit code 1: one of them is no open task (of this lane); then nothing is done.
    Exit code 2: no worker did it in time. It stands: the next one finds it.

    Example: consent-relay tasks done 3f0c9a1b77de --evidence deleted.png --reason "ticket 4711"
    """
    proof = _proof(evidence, link)
    settings = settings_for(bootstrap_servers, data_dir)
    if len(ids) > MOST:
        raise SetupError(f"more than {MOST} at once", remedy="say it in several commands")
    if lane is not None:
        asyncio.run(check_lane(settings, lane))
    tasks = asyncio.run(wanted_tasks(settings, ids, lane))
    command = order(*_said(tasks, proof), by or operator(), reason, lane_of(tasks[0]))
    told = carry_out(settings, command, wait, as_json=as_json, among={task.partition for task in tasks})
    if is_refused(told) or (told and _done_in(told) < len(tasks)):
        raise InvalidRecord("see above: somebody else was faster, or the request has changed; look once more")


def _done_in(told: Iterable[str]) -> int:
    """How many were done: of a lane's tasks each partition knows its own alone."""
    return sum(int(said[1]) for one in told if (said := _DONE.match(one)))


def _said(tasks: Sequence[Task], proof: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Name and arguments of the command. Raises InvalidRecord if it would have to be several."""
    if len(whose := {lane_of(task) for task in tasks}) > 1:
        names = ", ".join(sorted(one or "requests" for one in whose))
        raise InvalidRecord(f"they are tasks of several: {names}; say it in several commands")
    asked: dict[str, list[str]] = defaultdict(list)
    for task in tasks:
        name = f"{task.request.key}|{task.leg.leg_id}" if isinstance(task, AskedTask) else id_of(task)
        asked[str(task.partition)].append(name)
    there = {place: " ".join(some) for place, some in asked.items()}
    if lane_of(tasks[0]) is None:
        return DONE_OF_REQUEST, {**there, **proof}
    return DONE, {DELIVERIES: " ".join(map(id_of, tasks)), **there, **proof}  # the first is for older workers


def _proof(file: Path | None, link: str | None) -> dict[str, str]:
    """The arguments of the command. Raises SetupError where nothing is proved."""
    proof = {LINK: link} if link else {}
    try:
        if file is not None:
            with file.open("rb") as opened:
                proof[SHA256] = hashlib.file_digest(opened, "sha256").hexdigest()
        evidence_in(proof)
    except OSError as error:
        raise SetupError(f"--evidence {file} can't be read: {error.strerror}") from None
    except InvalidRecord as error:
        raise SetupError(
            error.message, remedy="name a file with --evidence, a --link, or both; the link must name no person"
        ) from None
    return proof


def _opened(delivery: Delivery, seals: Seals) -> list[str]:
    found = seals.open_identities(delivery.sealed, delivery.pid, delivery.event_id)
    return [f"{one.type}={one.value}" for one in found if one.format == "raw"]


def _connections(settings: Settings) -> dict[str, Connection]:
    """As configured; none where there is no configuration at hand: the tasks stand all the same."""
    if settings.config is None and not Path("relay.toml").is_file():
        return {}
    return config_of(settings).connections


async def _listed(settings: Settings, lane: str | None) -> list[Any]:
    if lane is not None:
        await check_lane(settings, lane)
    return await open_tasks(settings, lane)
