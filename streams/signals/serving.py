"""A listener of its own for the sites' scripts: it may face the world, behind whatever ends TLS there."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from processors.engine.connect import vendor_of
from processors.signals.key import key_of
from processors.vendors.site_signals.adapter import SiteSignals
from schemas.errors import SetupError
from schemas.policy import versions_of
from schemas.systems import systems
from streams.called import listening, taking
from streams.clients import writer
from streams.signals.desk import Desk, Site
from streams.signals.ledger import Ledger
from streams.signals.people import People
from streams.stopping import at_work, ended

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from aiohttp import web

    from schemas.connections import Connection, RelayConfig
    from streams.metrics.registry import Metrics
    from streams.settings import Settings

log = structlog.get_logger()
KEY = "key"
"""What names the site's shared key among a connection's secrets."""


def sites(config: RelayConfig, secret: Callable[[str], str]) -> dict[str, Site]:
    """The connections that serve a site's script, by name.

    Raises:
        SetupError: a key isn't there, is none or is another controller's, too, or a recipient has no signal.

    """
    found: dict[str, Site] = {}
    owners: dict[bytes, str] = {}
    for connection in config.connections.values():
        vendor = vendor_of(connection)
        if isinstance(vendor, SiteSignals):
            versions = versions_of(config.controllers[connection.controller].policy)
            key, origins = _key(connection, secret), frozenset(vendor.options.origins)
            _check(connection)
            if owners.setdefault(key, connection.controller) != connection.controller:
                raise SetupError(  # a key of one company's visitor would be good for another one's, under the same id
                    f"connections.{connection.name}.secrets.{KEY}: {owners[key]} has the same",
                    remedy="make one for each controller with `openssl rand -hex 32`",
                )
            serves = connection.serves
            found[connection.name] = Site(connection.name, connection.controller, versions, serves, origins, key)
    return found


def _check(connection: Connection) -> None:
    known = systems().signals
    for unknown in sorted(set(connection.serves) - known.keys()):
        raise SetupError(
            f"connections.{connection.name}.serves: no tag of a site depends on {unknown!r}",
            remedy=f"choose among: {', '.join(sorted(known))}",
        )


def _key(connection: Connection, secret: Callable[[str], str]) -> bytes:
    where = f"connections.{connection.name}.secrets.{KEY}"
    if KEY not in connection.secrets:
        raise SetupError(f"{where}: is missing", remedy=f'name a secret there, as in {KEY} = "site_key"')
    try:
        return key_of(secret(connection.secrets[KEY]))
    except SetupError as error:
        raise SetupError(f"{where}: {error.message}", remedy=error.remedy) from None


@asynccontextmanager
async def serving(settings: Settings, config: RelayConfig, metrics: Metrics) -> AsyncIterator[int | None]:
    """Sites can ask for as long as the context is open; at which port, None: nobody may.

    Raises:
        SetupError: the port can't be had, or a connection isn't whole.

    """
    if settings.signal_port is None:
        yield None
        return
    known, people = sites(config, settings.secret), People()
    async with at_work(writer(settings)) as producer:
        desk = Desk(known, people, Ledger(producer), settings.key("pepper"), metrics)
        following = asyncio.create_task(people.follow(settings))
        at = (settings.signal_host, settings.signal_port)
        try:
            async with listening(app_of(desk), *at, "signals can't be served", "SIGNAL") as port:
                log.info("signals_served", port=port, connections=sorted(known))
                yield port
        finally:
            await ended(following)


def app_of(desk: Desk) -> web.Application:
    """What the listener takes in, and nothing else."""
    app = taking()
    app.router.add_get("/signals.js", desk.script)
    app.router.add_post("/signals/{site}", desk.ask)
    return app
