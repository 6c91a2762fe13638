"""The worker: one Faust app that starts, supervises and stops the roles, and serves health over HTTP."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import faust
import structlog
import uvloop

from streams import topics
from streams.identity import claim_worker_id
from streams.logs_setup import library_logging
from streams.services import Roles, Runner
from streams.status import Status

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from streams.pipeline import Stage
    from streams.services import Check
    from streams.settings import Settings

    Prepare = Callable[[Settings, Status, AsyncExitStack], Awaitable[tuple[list[Stage], Check]]]

log = structlog.get_logger()


def build_app(settings: Settings, worker_id: str, status: Status) -> faust.App:
    """The Faust app: own small topic and group, health pages, nothing of legal weight."""
    prefix = settings.required("cluster_prefix")
    servers = settings.required("bootstrap_servers").split(",")
    app = faust.App(
        f"{prefix}.consent-relay-worker",
        broker=[f"kafka://{server}" for server in servers],
        broker_credentials=_credentials(settings),
        broker_session_timeout=settings.session_timeout,
        broker_heartbeat_interval=settings.session_timeout / 5,
        consumer_group_instance_id=worker_id,
        store="memory://",
        datadir=_own_directory(settings, worker_id),
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=settings.web_port > 0,
        web_port=settings.web_port or 6066,
        web_bind="127.0.0.1",
        web_tables_enabled=False,
        value_serializer="raw",
    )
    _add_heartbeat(app)
    _add_health(app, status)
    return app


def _add_heartbeat(app: faust.App) -> None:
    @app.agent(app.topic(topics.WORKER, value_serializer="raw"), name="heartbeat")
    async def heartbeat(stream: Any) -> None:
        """A worker needs an agent to be one. What this topic carries may be lost."""
        async for _ in stream:
            pass


def _add_health(app: faust.App, status: Status) -> None:
    @app.page("/healthz")
    async def healthz(view: Any, request: Any) -> Any:  # noqa: ARG001 - the page's signature
        return view.json({"alive": True})

    @app.page("/readyz")
    async def readyz(view: Any, request: Any) -> Any:  # noqa: ARG001 - the page's signature
        roles = {
            name: {"state": role.state, "partitions": role.partitions, "problems": role.problems}
            for name, role in status.roles.items()
        }
        return view.json({"ready": status.ready, "roles": roles}, status=200 if status.ready else 503)


def _own_directory(settings: Settings, worker_id: str) -> Path:
    path = settings.data_dir / "faust" / worker_id
    path.mkdir(parents=True, exist_ok=True)
    return path


def _credentials(settings: Settings) -> Any:
    if settings.security_protocol == "PLAINTEXT":
        return None
    import ssl  # noqa: PLC0415 - only for clusters that want it

    context = ssl.create_default_context(cafile=settings.ssl_cafile) if "SSL" in settings.security_protocol else None
    if "SASL" not in settings.security_protocol:
        return faust.SSLCredentials(context=context)
    password = settings.sasl_password
    return faust.SASLCredentials(
        username=settings.required("sasl_username"),
        password=password.get_secret_value() if password else None,
        mechanism=settings.sasl_mechanism,
        ssl_context=context,
    )


def run_worker(settings: Settings, wanted_id: str | None, prepare: Prepare) -> None:
    """Run until SIGTERM or SIGINT; raises SystemExit. The roles don't wait for Faust's own group.

    prepare: opens what the roles share inside the given stack, and returns the roles, and what to check
    now and then; it runs on the worker's loop.
    """
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    worker_id, lock = claim_worker_id(settings.data_dir, wanted_id)
    shared = AsyncExitStack()
    status = Status()
    with lock:
        stages, check = loop.run_until_complete(prepare(settings, status, shared))
        runners = [Runner(settings, stage, worker_id, status) for stage in stages]
        worker = faust.Worker(
            build_app(settings, worker_id, status),
            Roles(runners, shared, check, settings.topics_interval),
            loop=loop,
            quiet=True,
            loglevel=settings.log_level,
            redirect_stdouts=False,
            logging_config=library_logging(settings.log_level),
        )
        log.info("worker_starts", worker=worker_id, roles=[stage.role.name for stage in stages])
        worker.execute_from_commandline()
