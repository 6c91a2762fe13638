"""The whole pipeline on one screen: each role, what it reads, where its state is, what work it does.

consent.events ─► router ─► consent.deliveries.<lane> ─► lane <lane> ─► the vendor's HTTP API
                    └────────────► consent.audit ◄────────────┘
consent.audit  ─► closer ─► consent.audit
consent.audit  ─► notary ─► consent.checkpoints
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from processors.flood import Limits
from processors.lane import lanes_of
from processors.limits.reserve import is_kept
from processors.routing.desk import Desk
from schemas.errors import SetupError
from schemas.sealing import Seals
from streams import topics
from streams.closer.clerk import Clerk
from streams.closer.work import CloserWork
from streams.control import CLOSER, NOTARY, ROUTER
from streams.flood import Watch
from streams.lanes.bench import Bench
from streams.lanes.hold_lookup import held_at
from streams.lanes.work import LaneWork
from streams.metrics.meters import show_limits
from streams.notary.office import Office
from streams.notary.work import NotaryWork
from streams.ownership.takeover import Role
from streams.past import Past
from streams.reconciling.nightly import Nightly
from streams.router import RouterWork
from streams.wire import home_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from processors.engine.run import Connector
    from schemas.connections import RelayConfig
    from streams.control import Control
    from streams.metrics.registry import Metrics
    from streams.ownership.holding import Work
    from streams.settings import Settings
    from streams.status import Status


@dataclass(frozen=True, slots=True)
class Stage:
    """One role and how its work on a partition is made."""

    role: Role
    make_work: Callable[[int], Work]


def router_role(prefix: str, lanes: Iterable[str] = ()) -> Role:
    writes = (topics.AUDIT, topics.DEAD_LETTER, *map(topics.deliveries, lanes))
    return Role("router", topics.EVENTS, topics.STATE, f"{prefix}.consent-relay-router", writes, forwards=True)


def closer_role(prefix: str) -> Role:
    return Role(CLOSER, topics.AUDIT, topics.REQUESTS, f"{prefix}.consent-relay-closer", (topics.AUDIT,))


def notary_role(prefix: str) -> Role:
    return Role(NOTARY, topics.AUDIT, topics.NOTARY, f"{prefix}.consent-relay-notary", (topics.CHECKPOINTS,))


def lane_role(prefix: str, lane: str) -> Role:
    group = f"{prefix}.consent-relay-lane-{lane}"
    writes = (topics.AUDIT, topics.DEAD_LETTER)
    return Role(f"lane {lane}", topics.deliveries(lane), topics.lane_state(lane), group, writes)


def pipeline(
    settings: Settings,
    config: RelayConfig,
    connectors: Mapping[str, Connector],
    status: Status,
    control: Control,
    *,
    metrics: Metrics,
) -> list[Stage]:
    """Router, closer and lanes, without the notary; a lane without a connector here belongs to another worker."""
    prefix = settings.required("cluster_prefix")
    seals = Seals(settings.key("relay_key"))
    desk = Desk(config, lanes_of(config), settings.key("pepper"), seals, home_of(settings.partitions))
    watch = Watch(_limits(settings), settings.flood_hold, status, control)
    control.roles = frozenset({ROUTER, CLOSER, *(f"lane {name}" for name in config.connections)})
    route = partial(RouterWork, desk, metrics=metrics, watch=watch, past=partial(Past, settings))
    clerk = Clerk(control, metrics=metrics, beside=Nightly(settings, metrics).held)
    stages = [
        Stage(router_role(prefix, config.connections), route),
        Stage(closer_role(prefix), partial(CloserWork, clerk)),
    ]
    for name, connector in sorted(connectors.items()):
        _check_timeout(settings, connector)
        _check_limits(settings, connector)
        show_limits(metrics, name, connector.limiter)
        pace = (settings.partitions, settings.retry_budget, settings.commit_interval)
        bench = Bench(connector, seals, status, *pace, metrics=metrics, control=control, flood=_limits(settings))
        controller = config.controllers[connector.connection.controller]
        bench.cancel_window_s = controller.cancel_window
        bench.held = partial(held_at, settings, connector.connection, controller.policy)
        stages.append(Stage(lane_role(prefix, name), partial(LaneWork, bench)))
    return stages


def notary_stage(settings: Settings, metrics: Metrics) -> Stage:
    """The notary alone: only workers that have it need its key."""
    return Stage(notary_role(settings.required("cluster_prefix")), partial(NotaryWork, Office.of(settings, metrics)))


def _limits(settings: Settings) -> Limits:
    return Limits(settings.flood_run, settings.flood_ratio, settings.flood_window, settings.flood_least)


def _check_limits(settings: Settings, connector: Connector) -> None:
    """What must outlive a restart is kept by partition, in whole calls."""
    for number, window in enumerate(connector.limiter.windows):
        if is_kept(window) and window.calls < settings.partitions:
            raise SetupError(
                f"connections.{connector.connection.name}.limits.{number}.calls: {window.calls} can't be shared out "
                f"among {settings.partitions} partitions",
                remedy="allow at least as many calls as the topics have partitions, or more of limits_part",
            )


def _check_timeout(settings: Settings, connector: Connector) -> None:
    """A call must end while its lease can still be good."""
    if connector.connection.timeout_s >= settings.session_timeout / 2:
        raise SetupError(
            f"connections.{connector.connection.name}.timeout_s: must be below half a session",
            remedy=f"set it below {settings.session_timeout / 2:g}, or raise CONSENT_RELAY_SESSION_TIMEOUT",
        )
