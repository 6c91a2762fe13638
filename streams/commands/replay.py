"""`replay`: what stood at some moment, from the audit alone; whether that is what stands; what would have been."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from processors.lane import lanes_of
from schemas.errors import SetupError
from schemas.ids import pid
from streams import topics
from streams.commands import replay_view as view
from streams.commands.common import (
    AsJson,
    BootstrapServers,
    Config,
    DataDir,
    When,
    config_of,
    progress_bar,
    settings_for,
)
from streams.commands.lane_orders import lanes_on
from streams.commands.policy_named import named
from streams.commands.screen import DATA_WRONG
from streams.logs import spans_of
from streams.replaying import live, parquet, shadows
from streams.replaying.cuts import AsOf, as_of, cuts
from streams.replaying.part import Part
from streams.replaying.run import rebuild
from streams.replaying.side_by_side import side_by_side
from streams.wire import home_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streams.settings import Settings

app = typer.Typer()
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Where the state is written, as JSON lines.")]
Controller = Annotated[str | None, typer.Option(help="Only people of this company.")]
Subject = Annotated[str | None, typer.Option(help="Only this person, by subject_id; it is never written.")]
Diff = Annotated[bool, typer.Option("--diff", help="Compare with the live state, and name each difference.")]
Shadow = Annotated[bool, typer.Option("--shadow", help="Plan the recorded events anew, and show what differs.")]
PolicyFile = Annotated[
    str | None, typer.Option(metavar="NEW", help="For --shadow: another policy, as a file, an id or id@version.")
]
Processes = Annotated[int, typer.Option(min=1, max=64, help="How many partitions are read at the same time.")]
AsParquet = Annotated[bool, typer.Option("--parquet", help="Write Parquet, too; it takes consent-relay\\[parquet].")]


@app.command("replay")
def replay(
    *,
    as_of_: When = None,
    controller: Controller = None,
    subject: Subject = None,
    out: Out = None,
    diff: Diff = False,
    shadow: Shadow = False,
    policy_file: PolicyFile = None,
    processes: Processes = 2,
    as_parquet: AsParquet = False,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild from the audit alone what stood at a moment; no vendor is called.

    --out DIR gets people.jsonl, requests.jsonl, deliveries.jsonl (the same
    moment gives the same bytes) and replay.json: what was read, and SHA-256s.
    Exit code 1: --diff found differences, or records are in doubt today.

    Example: consent-relay replay --as-of 2026-05-03T12:00:00Z --out may
    """
    if sum((out is not None, diff, shadow)) != 1:
        raise SetupError("say one of --out DIR, --diff and --shadow", remedy="consent-relay replay --help tells them")
    if diff and as_of_:
        raise SetupError("--diff compares with what stands now: leave out --as-of")
    if policy_file and not shadow:
        raise SetupError("--policy-file goes with --shadow")
    settings = settings_for(bootstrap_servers, data_dir, config)
    parts = parts_of(settings, as_of(as_of_), controller, subject)
    if diff:
        wrong = _diff(settings, parts, processes, as_json=as_json)
    elif shadow:
        wrong = _shadow(settings, parts, policy_file, as_json=as_json)
    else:
        wrong = _out(settings, parts, out or Path(), processes, as_parquet=as_parquet, as_json=as_json)
    if wrong:
        raise typer.Exit(DATA_WRONG)


def parts_of(settings: Settings, wanted: AsOf, controller: str | None, subject: str | None) -> list[Part]:
    """What is to be read: all partitions up to then; of one person, theirs alone.

    Raises:
        SetupError: a subject without controller, no broker, no such moment.

    """
    if subject is not None and controller is None:
        raise SetupError("--subject: name the controller, too", remedy="a subject_id is one controller's own")
    ends = asyncio.run(cuts(settings, wanted))
    begins = {number: begin for number, (begin, _) in asyncio.run(spans_of(settings, topics.AUDIT)).items()}
    person = None if subject is None else pid(settings.key("pepper"), controller or "", subject)
    read = ends if subject is None else (home_of(settings.partitions)(subject),)
    return [Part(number, ends[number], controller, person, begins[number]) for number in read]


def _out(
    settings: Settings, parts: list[Part], out: Path, processes: int, *, as_parquet: bool, as_json: bool
) -> bool:
    if as_parquet:
        parquet.required()
    with _progress(parts) as seen:
        told = rebuild(settings, parts, out, processes, seen)
    if as_parquet:
        parquet.write(out)
    view.rebuilt(told, out, as_json=as_json)
    return bool(told["doubted"])


def _diff(settings: Settings, parts: list[Part], processes: int, *, as_json: bool) -> bool:
    job = partial(live.compared, settings, asyncio.run(lanes_on(settings)))
    with _progress(parts) as seen:
        compared = side_by_side(job, parts, processes, seen)
    return view.compared(compared, as_json=as_json)


def _shadow(settings: Settings, parts: list[Part], policy_file: str | None, *, as_json: bool) -> bool:
    policy = named(policy_file) if policy_file else None
    lanes = shadows.by_controller(lanes_of(config_of(settings)))
    shown = view.Shadowed(as_json=as_json)
    with _progress(parts) as seen:
        asyncio.run(shadows.run(settings, parts, policy, lanes, shown.show, _summed(seen)))
    if policy and not shown.events:
        raise SetupError(
            f"no event that was read was judged by a policy '{policy.id}'",
            remedy="give the draft the `id` of the policy that it is to follow: `consent-relay policy list` has them",
        )
    shown.end()
    return False


def _summed(seen: Callable[[int], None]) -> Callable[[int], None]:
    """Of steps, how far they lead."""
    far = 0

    def step(offsets: int) -> None:
        nonlocal far
        far += offsets
        seen(far)

    return step


@contextmanager
def _progress(parts: list[Part]) -> Iterator[Callable[[int], None]]:
    with progress_bar() as progress:
        task = progress.add_task("consent.audit", total=sum(part.end for part in parts))
        yield lambda far: progress.update(task, completed=far)
