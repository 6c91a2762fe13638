"""`vendors` and `connections`: what the adapters can do, which calls they make, which accounts there are."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from processors.engine.connect import vendor_of, windows_of
from processors.engine.rehearse import rehearse
from processors.vendors.base import VENDORS, Instruction, Vendor
from schemas.connections import load_config
from schemas.errors import InvalidRecord, SetupError, VendorError
from schemas.events import Identity
from schemas.records import Action  # noqa: TC001 - typer reads the annotation
from schemas.systems import systems
from streams.commands import vendors_view as view
from streams.commands.common import AsJson, MaybeConfig  # noqa: TC001 - typer reads the annotations
from streams.commands.connections_try import try_connections
from streams.commands.plan import default_config
from streams.commands.screen import DATA_WRONG, wrong_use
from streams.commands.vendors_scaffold import scaffold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemas.windows import Window

vendors_app = typer.Typer(name="vendors", help="The vendors that the relay has an adapter for.", no_args_is_help=True)
connections_app = typer.Typer(name="connections", no_args_is_help=True)

Config = Annotated[
    Path, typer.Option("--config", metavar="FILE", envvar="CONSENT_RELAY_CONFIG", help="Controllers and connections.")
]
vendors_app.command("scaffold")(scaffold)
_HERE = Path("relay.toml")
_STDIN = "-"


@vendors_app.command("list")
def list_vendors(*, as_json: AsJson = False) -> None:
    """List all adapters and how each action ends when all goes well."""
    view.list_vendors([VENDORS[name] for name in sorted(VENDORS)], as_json=as_json)


@vendors_app.command("systems")
def list_systems(*, as_json: AsJson = False) -> None:
    """List the systems without an API: how each ends, what a person does, and what proves it.

    Example: consent-relay vendors systems --json
    """
    view.list_systems(systems().systems, as_json=as_json)


@vendors_app.command("show")
def show_vendor(
    name: Annotated[str, typer.Argument(metavar="ID")],
    *,
    action: Annotated[Action | None, typer.Option(help="Show the calls of this action; nothing is sent.")] = None,
    identity: Annotated[
        list[str] | None,
        typer.Option(metavar="TYPE=VALUE", help="Whom it is about; - reads such lines from standard input."),
    ] = None,
    purpose: Annotated[list[str] | None, typer.Option(help="What it is about.")] = None,
    connection: Annotated[str | None, typer.Option(help="With the options of this connection.")] = None,
    config: Config = _HERE,
    all_purposes: Annotated[bool, typer.Option("--all-purposes", help="It is about everything.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what an adapter does and needs; with --action the HTTP calls that it would make."""
    with wrong_use():
        shown = _configured(name, connection, config) if connection else _example(name)
        vendor, base_url, _, _ = shown
        if action is None:
            view.show_vendor(*shown, as_json=as_json)
            return
        purposes = purpose or list(vendor.example.get("lists", ("newsletter",)))
        instruction = Instruction(
            delivery_id="rehearsal",
            action=action,
            cells=frozenset((one, channel) for one in purposes for channel in vendor.channels),
            all_purposes=all_purposes,
            identities=tuple(_identities(identity or ())),
        )
    played = asyncio.run(rehearse(vendor, instruction))
    view.show_calls(vendor, base_url, instruction, played, as_json=as_json)
    if isinstance(played.outcome, VendorError):
        raise typer.Exit(DATA_WRONG)


@connections_app.callback()
def connections() -> None:
    """The accounts at vendors that the configuration names."""


@connections_app.command("list")
def list_connections(config: MaybeConfig = None, *, as_json: AsJson = False) -> None:
    """List all connections; of secrets the names, never the values."""
    with wrong_use():
        known = load_config(config or default_config(Path()) or _HERE).connections
        pairs = [(known[name], vendor_of(known[name])) for name in sorted(known)]
    view.list_connections(pairs, as_json=as_json)


connections_app.command("test")(try_connections)

Shown = tuple[Vendor, str, "Sequence[Window]", float | None]
"""Adapter, address, limits, and how long people wait for company where a connection says so, s."""


def _example(name: str) -> Shown:
    kind = VENDORS.get(name)
    if kind is None:
        raise SetupError(f"there is no adapter {name!r}", remedy=f"choose {', '.join(sorted(VENDORS))}")
    vendor = kind(kind.options_type.model_validate(kind.example))
    return vendor, vendor.url, vendor.limits, None


def _configured(name: str, connection: str, config: Path) -> Shown:
    known = load_config(config).connections
    if connection not in known or known[connection].adapter != name:
        raise SetupError(f"{config}: there is no connection {connection!r} with the adapter {name!r}")
    chosen = known[connection]
    vendor = vendor_of(chosen)
    return vendor, chosen.base_url or vendor.url, windows_of(chosen, vendor), chosen.batch_wait_s


def _identities(given: Iterable[str]) -> Iterator[Identity]:
    for text in given:
        if text == _STDIN:
            yield from _identities(line.strip() for line in sys.stdin if line.strip() not in {"", _STDIN})
            continue
        kind, equals, value = text.partition("=")
        if not equals:
            raise SetupError("an identity is written as TYPE=VALUE", remedy="for instance --identity email=a@b.c")
        try:
            yield Identity.parse({"type": kind, "value": value})
        except InvalidRecord as error:
            raise SetupError(f"identity: {error}", remedy="for instance --identity email=a@b.c") from None
