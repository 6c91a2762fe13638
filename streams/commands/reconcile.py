"""`reconcile`: what was due, beside what the audit says became of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from processors.reconciling.finding import KINDS
from schemas.errors import SetupError
from schemas.times import to_micros
from streams import topics
from streams.commands.common import (
    AsJson,
    BootstrapServers,
    Config,
    DataDir,
    config_of,
    progress_bar,
    require_topics,
    say,
    settings_for,
    show_json,
)
from streams.commands.screen import DATA_WRONG
from streams.identity import compare_pepper
from streams.reconciling.run import Counted, reconciler

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.reconciling.finding import Finding
    from schemas.connections import RelayConfig
    from streams.settings import Settings

app = typer.Typer()


@app.command()
def reconcile(  # noqa: PLR0917 - the command's options
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only what came in from then on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only what came in before that.")] = None,
    controller: Annotated[str | None, typer.Option(help="Only this company's, as its events name it.")] = None,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Work out from events and policy versions what was due, and hold it against the audit. It changes nothing.

    missing: due, and not there. surplus: there, and not due. late: not done,
    or not done in time. conflicting: not as it must be. What is open, and in
    time, is no finding. TIME as in 2026-05-03T00:00:00Z. docs/audit.md says
    what each means, and what can't be found. Exit code 1: there are findings.

    Example: consent-relay reconcile --since 2026-05-01T00:00:00Z --json
    """
    wanted = _wanted(_moment("--since", since), _moment("--until", until), controller)
    settings = settings_for(bootstrap_servers, data_dir, config)
    relay = config_of(settings)
    if controller is not None and controller not in relay.controllers:
        known = ", ".join(sorted(relay.controllers))
        raise SetupError(f"--controller: there is no {controller!r}", remedy=f"choose among: {known}")
    found = asyncio.run(_run(settings, relay, wanted, as_json=as_json))
    if found:
        raise typer.Exit(DATA_WRONG)


async def _run(settings: Settings, relay: RelayConfig, wanted: Callable[[Finding], bool], *, as_json: bool) -> int:
    """How many findings there are, each told as soon as its part of the people is done."""
    await require_topics(settings, topics.EVENTS, topics.AUDIT)
    await compare_pepper(settings)
    kinds, counted = Counter[str](), Counted()
    work = reconciler(settings, relay, counted)
    with progress_bar() as bar:
        task = bar.add_task("audit")
        counted.say = lambda place, done, whole: bar.update(
            task, description=f"audit, partition {place}", completed=done, total=whole
        )
        async for finding in work.findings():
            if wanted(finding):
                kinds[finding.kind] += 1
                show_json(finding.as_json()) if as_json else say(str(finding))
    total = kinds.total()
    if as_json:
        show_json(summary(kinds, counted))
    else:
        said = ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS) if total else "nothing is wrong"
        typer.echo(f"{counted.events} events and {counted.records} records of the audit: {said}")
        if counted.begins:
            places = ", ".join(f"{number}@{offset}" for number, offset in sorted(counted.begins.items()))
            typer.echo(
                f"{len(counted.begins)} partitions begin late, what was before {places} has been deleted: "
                f"{counted.passed} records may rest on that, and were passed over"
            )
    return total


def summary(kinds: Counter[str], counted: Counted) -> dict[str, Any]:
    """The last line of --json. passes: how often partitions were read, as memory is bounded.

    begins: by partition, before which offset the audit was deleted; passed: records that may rest on that.
    """
    done: dict[str, Any] = {"events": counted.events, "records": counted.records, "passes": counted.passes}
    done |= {"begins": {str(place): at for place, at in sorted(counted.begins.items())}, "passed": counted.passed}
    return {"finding": None, **done, **{kind: kinds[kind] for kind in KINDS}}


def _wanted(since: int | None, until: int | None, controller: str | None) -> Callable[[Finding], bool]:
    def is_wanted(finding: Finding) -> bool:
        in_time = (since is None or finding.at >= since) and (until is None or finding.at < until)
        return in_time and controller in {None, finding.controller}

    return is_wanted


def _moment(option: str, text: str | None) -> int | None:
    try:
        moment = to_micros(text)
    except ValueError as error:
        raise SetupError(f"{option}: {error}") from None
    return moment if isinstance(moment, int) else None
