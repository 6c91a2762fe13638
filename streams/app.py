"""The worker: one Faust app that starts, supervises and stops the roles, and serves health over HTTP."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import faust
import structlog
import uvloop

from streams import topics
from streams.clients import encryption, user_and_password
from streams.identity import claim_worker_id
from streams.logs_setup import library_logging
from streams.memory import Tidying, collect_seldom, keep_little
from streams.metrics.meters import CountAlarms, begin_at_zero
from streams.metrics.registry import Metrics
from streams.metrics.scrape import scrape
from streams.metrics.withdrawals import Withdrawals
from streams.own_group import go_on_after_errors
from streams.ownership.takeover import RESTORES
from streams.pages import add_pages
from streams.services import Roles, Runner
from streams.status import Status
from streams.storage import writing
from streams.supervised import LoopWatch, Worker, watching

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from streams.pipeline import Stage
    from streams.services import Check
    from streams.settings import Settings

    Prepare = Callable[[Settings, Status, Metrics, AsyncExitStack], Awaitable[tuple[list[Stage], Check]]]

log = structlog.get_logger()
FOLLOWED_AT_ONCE = 50
FOLLOW_PAUSE_S = 0.1
STREAM_BUFFER = 256


def build_app(settings: Settings, worker_id: str) -> faust.App:
    """The Faust app: own small topic and group, web port, nothing of legal weight."""
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
        web_bind=settings.web_host,
        # After a kill the group hands a static member what it was before: with another address Faust would refuse it.
        canonical_url=f"http://{worker_id}",
        web_tables_enabled=False,
        value_serializer="raw",
        stream_buffer_maxsize=STREAM_BUFFER,
    )
    go_on_after_errors(app)
    _add_heartbeat(app)
    return app


def _add_heartbeat(app: faust.App) -> None:
    @app.agent(app.topic(topics.WORKER, value_serializer="raw"), name="heartbeat")
    async def heartbeat(stream: Any) -> None:
        """A worker needs an agent to be one. What this topic carries may be lost."""
        async for _ in stream:
            pass


def wants_withdrawals(settings: Settings) -> bool:
    """Without a web port nobody could read what comes of it."""
    return settings.slo_metrics == "on" and settings.web_port > 0


def follow_withdrawals(app: faust.App, withdrawals: Withdrawals) -> None:
    """Read the audit for metrics, at a pace that leaves the loop to the roles; after a burst it is behind.

    Faust spends some 0.2 ms on a record, whatever an agent does with it.
    """
    audit = app.topic(topics.AUDIT, key_serializer="raw", value_serializer="raw")

    @app.agent(audit, name="withdrawals")
    async def follow(stream: Any) -> None:
        taken = 0
        async for value in stream:
            withdrawals.take(value)
            taken += 1
            if taken % FOLLOWED_AT_ONCE == 0:
                await asyncio.sleep(FOLLOW_PAUSE_S)


def _own_directory(settings: Settings, worker_id: str) -> Path:
    path = settings.data_dir / "faust" / worker_id
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


def _credentials(settings: Settings) -> Any:
    context, login = encryption(settings), user_and_password(settings)
    if login is None:
        return faust.SSLCredentials(context=context) if context else None
    user, password = login
    return faust.SASLCredentials(
        username=user, password=password, mechanism=settings.sasl_mechanism, ssl_context=context
    )


def run_worker(settings: Settings, wanted_id: str | None, prepare: Prepare) -> None:
    """Run until SIGTERM or SIGINT; raises SystemExit. The roles don't wait for Faust's own group.

    prepare: opens what the roles share inside the given stack, and returns the roles, and what to check
    now and then; it runs on the worker's loop.
    """
    keep_little()
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    worker_id, lock = claim_worker_id(settings.data_dir, wanted_id)
    shared = AsyncExitStack()
    status, metrics = Status(), measured()
    with lock:
        stages, check = loop.run_until_complete(prepare(settings, status, metrics, shared))
        restoring = asyncio.Semaphore(RESTORES)
        runners = [Runner(settings, stage, worker_id, status, metrics, restoring=restoring) for stage in stages]
        app = build_app(settings, worker_id)
        add_pages(app, status, lambda: scrape(metrics, status, {r.name: r.readings() for r in runners}))
        if wants_withdrawals(settings):
            follow_withdrawals(app, Withdrawals(metrics))
        worker = Worker(
            app,
            Roles(runners, shared, check, settings.topics_interval, Tidying(lambda: status.turns)),
            loop=loop,
            quiet=True,
            loglevel=settings.log_level,
            redirect_stdouts=False,
            logging_config=library_logging(settings.log_level),
        )
        worker.handover_s += settings.session_timeout / 2
        worker.spinner = None  # it would listen to every debug line of every library
        log.info("worker_starts", worker=worker_id, roles=[stage.role.name for stage in stages])
        collect_seldom()
        with watching(loop, LoopWatch(settings.session_timeout)):
            worker.execute_from_commandline()


def measured() -> Metrics:
    """The process's metrics; alarms are counted as they are logged."""
    metrics = Metrics().with_process()
    begin_at_zero(metrics)
    structlog.configure(processors=[CountAlarms(metrics), *structlog.get_config()["processors"]])
    return metrics
