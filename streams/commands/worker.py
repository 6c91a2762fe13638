"""`consent-relay worker`: router, lanes, closer and notary, until it is told to stop."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from processors.engine.connect import connectors
from processors.engine.transport import http_transport
from processors.lane import lanes_of
from processors.planning.routes import check_policies
from schemas.errors import SetupError
from schemas.ids import answer_hash
from streams import clients, topics
from streams.app import run_worker
from streams.called import check_free
from streams.commands.common import BootstrapServers, Config, DataDir, config_of, settings_for
from streams.commands.removed import telling_removed
from streams.control import CLOSER, NOTARY, ROUTER, Control, following
from streams.identity import check_pepper
from streams.listener import receiving
from streams.logs_setup import set_up_logging
from streams.metrics.calls import watched_by
from streams.pipeline import notary_stage, pipeline
from streams.signals.serving import serving

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from schemas.connections import RelayConfig
    from streams.metrics.registry import Metrics
    from streams.pipeline import Stage
    from streams.services import Check
    from streams.settings import Settings
    from streams.status import Status

app = typer.Typer()
ROLES = (ROUTER, "lanes", CLOSER, NOTARY)


@app.command()
def worker(  # noqa: PLR0917 - the command's options
    roles: Annotated[str, typer.Option(help="Which parts to run, by comma.")] = ",".join(ROLES),
    lanes: Annotated[str | None, typer.Option(help="Which lanes, by comma; all of them if left out.")] = None,
    id: Annotated[str | None, typer.Option(help="This worker's name; it must be its alone.")] = None,  # noqa: A002
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Run a worker: it plans events, calls the vendors, writes and signs the audit. Ctrl-C or SIGTERM hands over.

    Example: consent-relay worker --lanes zoho-crm --id crm-1
    """
    settings = settings_for(bootstrap_servers, data_dir, config)
    set_up_logging(settings.log_level)
    chosen = _chosen(roles, ROLES, "--roles")

    async def prepare(
        settings: Settings, status: Status, metrics: Metrics, shared: AsyncExitStack
    ) -> tuple[list[Stage], Check]:
        if settings.web_port:
            await check_free(settings.web_host, settings.web_port, "health and metrics can't be served", "WEB")
        relay = config_of(settings)
        check_policies(relay, lanes_of(relay))
        check = partial(_check_topics, settings, relay)
        await check()
        await check_pepper(settings)
        mine = _chosen(lanes, tuple(relay.connections), "--lanes") if "lanes" in chosen else []
        part = relay.model_copy(update={"connections": {name: relay.connections[name] for name in mine}})
        transport = await shared.enter_async_context(http_transport(settings.ca_file))
        scale, keyed = settings.limits_scale, partial(answer_hash, settings.key("pepper"))
        ready = connectors(part, settings.secret, transport, scale=scale, watched=watched_by(metrics), keyed=keyed)
        stages = pipeline(settings, relay, ready, status, control := Control(), metrics=metrics)
        stages += [notary_stage(settings, metrics)] if NOTARY in chosen else []
        await shared.enter_async_context(following(control, settings))
        await shared.enter_async_context(receiving(settings, relay, transport, metrics))
        await shared.enter_async_context(serving(settings, relay, metrics))
        await shared.enter_async_context(telling_removed(settings, relay.connections.keys(), metrics))
        return [stage for stage in stages if _part_of(stage) in chosen], check

    run_worker(settings, id or settings.worker_id, prepare)


def _part_of(stage: Stage) -> str:
    return "lanes" if stage.role.name.startswith("lane ") else stage.role.name


def _chosen(text: str | None, known: tuple[str, ...], option: str) -> list[str]:
    names = list(known) if text is None else [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise SetupError(f"{option}: there is no {name!r}", remedy=f"choose among: {', '.join(known)}")
    if not names and text is not None:  # a relay may have no connections yet
        raise SetupError(f"{option} names nothing", remedy=f"choose among: {', '.join(known)}, or leave it out")
    return names


async def _check_topics(settings: Settings, relay: RelayConfig) -> None:
    admin = await clients.admin(settings)
    try:
        await topics.check(admin, topics.topics(relay.connections), settings.partitions)
    finally:
        await admin.close()
