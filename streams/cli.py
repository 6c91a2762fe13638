"""The command line: `consent-relay`. Each command is a module of `streams.commands`, imported when it is called."""

from __future__ import annotations

import logging
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_group

from schemas.version import SOFTWARE
from streams.commands.common import RelayGroup
from streams.logs_setup import set_up_our_logging

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[str, str]] = {
    "worker": (
        "worker:app",
        "Run a worker: it plans events, calls the vendors, writes and signs the audit. Ctrl-C or SIGTERM hands over.",
    ),
    "plan": ("plan:app", "Show what each event would make every recipient do, what is not done, and why."),
    "demo": (
        "demo:app",
        "Start Kafka, a vendor sandbox and a worker, publish made-up events, and check what became of them.",
    ),
    "up": (
        "up:app",
        "Run everything on this machine until Ctrl-C: Kafka, the vendor sandbox, and a worker that calls it.",
    ),
    "publish": (
        "publish:app",
        "Publish events; each bad line is named with its field, and the good ones are published all the same.",
    ),
    "replay": ("replay:app", "Rebuild from the audit alone what stood at a moment; no vendor is called."),
    "reconcile": (
        "reconcile:app",
        "Work out from events and policy versions what was due, and hold it against the audit. It changes nothing.",
    ),
    "backfill": ("backfill:app", "Bring a new connection every withdrawal and erasure that stands already."),
    "import": ("importing:app", "Take over opt-outs that stand already, from a CSV file."),
    "broker": ("broker:app", "The embedded Kafka: a real single broker, without a container."),
    "topics": ("topics:app", "The topics of the relay, and two for each connection."),
    "sandbox": ("sandbox:app", "A sandbox that speaks the vendors' real APIs, and keeps state."),
    "policy": ("policy:app", "The privacy policies that the relay acts on."),
    "deadlines": ("deadlines:app", "Until when the law wants things done, and by which rule."),
    "vendors": ("vendors:vendors_app", "The vendors that the relay has an adapter for."),
    "connections": ("vendors:connections_app", "The accounts at vendors that the configuration names."),
    "sources": ("sources:app", "The vendors that tell the relay what people chose there (docs/sources.md)."),
    "audit": ("audit:app", "The audit: every decision and every confirmation, pseudonymous."),
    "lanes": ("lanes:app", "The lanes: deliveries out, each to one connection's vendor."),
    "tasks": ("tasks:app", "What people must do by hand, and that they did."),
    "requests": ("requests:app", "What people have asked for, and whether all of it is done."),
    "dead-letters": ("dead_letters:app", "Records that could not be carried out: sealed, kept for 90 days."),
    "signals": ("signals:app", "What a site's own tags are told of its visitors."),
    "router": ("router:app", "The router: events in, deliveries out."),
}
"""Name → where its commands are, and the first words of its help: to import all would take a second."""


def command(name: str) -> Any:
    """Import this command, or group of commands, of `COMMANDS`."""
    parent = typer.Typer()
    parent.add_typer(resolve_name(f"streams.commands.{COMMANDS[name][0]}"))
    return get_group(parent).commands[name]


class OnDemand(RelayGroup):
    """Knows of its commands what `COMMANDS` says, until one of them is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        return name, command(name) if name else None, rest


app = typer.Typer(
    name="consent-relay",
    cls=OnDemand,
    help="Carries a person's consent, withdrawal or deletion to every sub-processor, and proves that it arrived.",
    epilog="Exit codes: 0 done, 1 something is wrong with the data, 2 wrong use or setup.",
    # A plain traceback shows no local variables, which may hold a person's identities.
    pretty_exceptions_enable=False,
)
for _name, (_, _help) in COMMANDS.items():
    app.command(_name, help=_help)(lambda: None)


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
