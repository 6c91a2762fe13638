"""The command line: `consent-relay`. Each command is a module of `streams.commands`."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from schemas.version import SOFTWARE
from streams.commands import (
    audit,
    backfill,
    broker,
    dead_letters,
    deadlines,
    demo,
    importing,
    lanes,
    plan,
    policy,
    publish,
    reconcile,
    replay,
    requests,
    router,
    sandbox,
    signals,
    sources,
    tasks,
    topics,
    up,
    vendors,
    worker,
)
from streams.commands.common import RelayGroup
from streams.logs_setup import set_up_our_logging

app = typer.Typer(
    name="consent-relay",
    cls=RelayGroup,
    help="Carries a person's consent, withdrawal or deletion to every sub-processor, and proves that it arrived.",
    epilog="Exit codes: 0 done, 1 something is wrong with the data, 2 wrong use or setup.",
    # A plain traceback shows no local variables, which may hold a person's identities.
    pretty_exceptions_enable=False,
)
for _commands in (plan.app, demo.app, up.app, publish.app, replay.app, reconcile.app, backfill.app, importing.app):
    app.add_typer(_commands)
app.command()(worker.worker)
app.add_typer(broker.app, name="broker")
app.add_typer(topics.app, name="topics")
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(policy.app, name="policy")
app.add_typer(deadlines.app, name="deadlines")
app.add_typer(vendors.vendors_app, name="vendors")
app.add_typer(vendors.connections_app, name="connections")
app.add_typer(sources.app, name="sources")
app.add_typer(audit.app, name="audit")
app.add_typer(lanes.app, name="lanes")
app.add_typer(tasks.app, name="tasks")
app.add_typer(requests.app, name="requests")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(signals.app, name="signals")
app.add_typer(router.app, name="router")


def _version(asked: bool) -> None:  # noqa: FBT001 - typer's signature for a flag's callback
    if asked:
        typer.echo(SOFTWARE.replace("/", " "))
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")]


@app.callback(invoke_without_command=True)
def root(context: typer.Context, *, version: Version = False) -> None:
    del version
    # Refused connections are told by the commands' own errors; without any handler they would be logged twice.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    set_up_our_logging("warning")
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Entry point of the `consent-relay` program."""
    app()
