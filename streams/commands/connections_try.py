"""`connections test`: ask each vendor something harmless with the connection's own credentials."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from processors.engine.clock import SystemClock
from processors.engine.connect import connectors
from processors.engine.discreet import WITHHELD
from processors.engine.probe import probe
from processors.engine.transport import http_transport
from schemas.connections import load_config
from schemas.errors import SetupError
from streams.commands.common import AsJson, MaybeConfig, progress_bar
from streams.commands.connections_view import show_tested
from streams.commands.plan import default_config
from streams.commands.probe_remedies import remedy_of
from streams.commands.screen import DATA_WRONG
from streams.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from processors.engine.connect import Secret
    from processors.engine.probe import Probed
    from processors.engine.run import Connector
    from schemas.connections import Connection, RelayConfig

Verdict = Literal["good", "token_only", "not_tested", "no_call", "dry_run", "failed"]
_SAYS: Mapping[str, Verdict] = {"call": "good", "token": "token_only", "nothing": "not_tested"}
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of one connection; `remedy` where it is to be mended, status: HTTP, seconds: it took."""

    connection: str
    vendor: str
    verdict: Verdict
    reason: str | None = None
    status: int | None = None
    seconds: float | None = None
    remedy: str | None = None


def try_connections(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Only this one; else all.")] = None,
    *,
    config: MaybeConfig = None,
    as_json: AsJson = False,
) -> None:
    """Try address and credentials of all live connections, or of one, by a call that only reads and names nobody.

    What the vendor answers is not shown. Whoever rehearses (mode dry-run)
    calls nobody, here neither. Ends with 1 if one fails.

    Example: consent-relay connections test zoho-crm
    """
    settings = load_settings(**({"config": config} if config else {}))
    path = settings.config or default_config(Path()) or Path("relay.toml")
    chosen = _chosen(load_config(path), name)
    tested = asyncio.run(tried(chosen, settings.secret, settings.ca_file))
    show_tested(tested, as_json=as_json)
    if any(one.verdict == "failed" for one in tested):
        raise typer.Exit(DATA_WRONG)


def _chosen(config: RelayConfig, name: str | None) -> RelayConfig:
    if name is not None and name not in config.connections:
        known = ", ".join(sorted(config.connections)) or "there is none"
        raise SetupError(f"there is no connection {name!r}", remedy=f"choose among: {known}")
    kept = {key: one for key, one in config.connections.items() if name in {None, key}}
    return config.model_copy(update={"connections": kept})


async def tried(config: RelayConfig, secret: Secret, ca_file: Path | None) -> list[Tested]:
    """Side by side. Those that can't be set up are told, and keep no other from being tested."""
    values: list[str] = []
    kept = _keeping(secret, values)
    async with http_transport(ca_file) as transport:
        done = {name: one for name in config.connections if (one := _stands_out(config, name, kept))}
        rest = {name: one for name, one in config.connections.items() if name not in done}
        # Together, so that those of one account share their token: issuers count how many they give.
        ready = connectors(config.model_copy(update={"connections": rest}), kept, transport)
        with progress_bar() as bar:
            task = bar.add_task("asking vendors", total=len(ready))

            async def test(connector: Connector) -> Tested:
                tested = await _test(connector, values)
                bar.advance(task)
                return tested

            came = await asyncio.gather(*map(test, ready.values()))
    done |= {one.connection: one for one in came}
    return [done[name] for name in sorted(done)]


def _keeping(secret: Secret, values: list[str]) -> Callable[[str], str]:
    def kept(name: str) -> str:
        values.append(value := secret(name))
        return value

    return kept


def _stands_out(config: RelayConfig, name: str, secret: Secret) -> Tested | None:
    """What is to say of a connection that isn't asked: it rehearses, or can't be set up."""
    connection = config.connections[name]
    if connection.mode == "dry-run":
        return Tested(name, connection.adapter, "dry_run")
    try:
        connectors(config.model_copy(update={"connections": {name: connection}}), secret, _nowhere)
    except SetupError as error:
        return Tested(name, connection.adapter, "failed", error.message, remedy=error.remedy)
    return None


async def _nowhere(_: Any) -> Any:
    raise AssertionError  # nothing is sent while a connection is set up


async def _test(connector: Connector, secrets: Sequence[str]) -> Tested:
    connector.limiter.hold(0, 1, new=True)  # the worker that counts the calls doesn't know of this one
    probed = await probe(connector, SystemClock())
    return _told(connector.connection, connector, probed, secrets)


def _told(connection: Connection, connector: Connector, probed: Probed, secrets: Sequence[str]) -> Tested:
    took = round(probed.seconds, 3)
    if probed.error is None:
        called = any(can.kind != "client_signal" for can in connector.vendor.can.values())
        verdict = _SAYS[probed.asked] if called else "no_call"
        return Tested(connection.name, connection.adapter, verdict, None, probed.status, took)
    reason, remedy = probed.error.reason, remedy_of(probed.error, connector)
    if any(len(value) >= _SHORTEST and value.lower() in reason for value in secrets):
        reason = WITHHELD  # an issuer may put anything where the word for an error belongs
    return Tested(connection.name, connection.adapter, "failed", reason, probed.status, took, remedy)
