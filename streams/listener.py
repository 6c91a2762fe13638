"""The listener that vendors call: about their jobs (callbacks.py), and of what people chose there (sources.py).

It takes nothing in but `/callbacks/<connection>` and `/sources/<source>`, and keeps nothing of what it refuses: it
may face the world, behind whatever ends TLS there.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from processors.engine.connect import connectors
from processors.routing.desk import Desk
from processors.sources.configured import known_sources
from schemas.sealing import Seals
from streams.callbacks import CallbackDesk, callers
from streams.called import listening, taking
from streams.clients import writer
from streams.ownership.tenure import now_micros
from streams.sources import SourceDesk
from streams.stopping import at_work
from streams.wire import home_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web
    from aiokafka import AIOKafkaProducer

    from processors.engine.run import Connector
    from processors.engine.transport import Transport
    from schemas.connections import RelayConfig
    from streams.metrics.registry import Metrics
    from streams.settings import Settings

log = structlog.get_logger()


@asynccontextmanager
async def receiving(
    settings: Settings, config: RelayConfig, transport: Transport, metrics: Metrics
) -> AsyncIterator[int | None]:
    """Vendors can call us for as long as the context is open; at which port, None: nobody may.

    Raises:
        SetupError: the port can't be had, or a secret or an option isn't right.

    """
    if settings.callback_port is None:
        yield None
        return
    producer = writer(settings)
    app = application(settings, config, transport, producer, metrics)
    at = (settings.callback_host, settings.callback_port)
    async with at_work(producer), listening(app, *at, "callbacks can't be taken", "CALLBACK") as port:
        yield port


def application(
    settings: Settings, config: RelayConfig, transport: Transport, producer: AIOKafkaProducer, metrics: Metrics
) -> web.Application:
    """All that is taken in. Raises SetupError as `receiving`."""
    app = taking()
    known = callers(config.connections, settings.secret)
    jobs = CallbackDesk(known, settings.key("pepper"), producer, metrics)
    app.router.add_post("/callbacks/{connection}", jobs.take)
    if config.sources:
        _add_sources(app, settings, config, transport, producer, metrics)
    log.info("callbacks_taken", connections=sorted(jobs.known), sources=sorted(config.sources))
    return app


def _add_sources(  # noqa: PLR0917 - as `application`
    app: web.Application,
    settings: Settings,
    config: RelayConfig,
    transport: Transport,
    producer: AIOKafkaProducer,
    metrics: Metrics,
) -> None:
    seals = Seals(settings.key("relay_key"))
    desk = Desk(config, (), settings.key("pepper"), seals, home_of(settings.partitions))
    known = known_sources(
        config, lambda one: desk.policy_at(one, now_micros()), settings.secret, _beside(settings, config, transport)
    )
    sources = SourceDesk(known, desk, producer, metrics)
    app.router.add_post("/sources/{source}", sources.take)
    app.router.add_post("/sources/{source}/{token}", sources.take)
    app.router.add_get("/sources/{source}/{token}", sources.greet, allow_head=False)


def _beside(settings: Settings, config: RelayConfig, transport: Transport) -> dict[str, Connector]:
    """Connectors beside the lanes': a look-up now and then, which no lane's windows know of."""
    wanted = {row.connection for row in config.sources.values()}
    part = {name: one for name, one in config.connections.items() if name in wanted}
    found = connectors(config.model_copy(update={"connections": part}), settings.secret, transport)
    for connector in found.values():
        connector.limiter.hold(0, 1, new=True)
    return found
