"""The worker's pages over HTTP: alive, ready, metrics. None of them names a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streams.metrics.scrape import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable

    import faust

    from streams.status import RoleStatus, Status


def add_pages(app: faust.App, status: Status, scrape: Callable[[], bytes]) -> None:
    """Add /healthz, /readyz and /metrics to the app's web port. `scrape`: what Prometheus is to read."""
    _add_health(app, status)

    @app.page("/metrics")
    async def metrics(view: Any, request: Any) -> Any:  # noqa: ARG001 - the page's signature
        return view.bytes(scrape(), headers={"Content-Type": CONTENT_TYPE})


def _add_health(app: faust.App, status: Status) -> None:
    @app.page("/healthz")
    async def healthz(view: Any, request: Any) -> Any:  # noqa: ARG001 - the page's signature
        return view.json({"alive": True})

    @app.page("/readyz")
    async def readyz(view: Any, request: Any) -> Any:  # noqa: ARG001 - the page's signature
        roles = {name: _told(role) for name, role in status.roles.items()}
        return view.json({"ready": status.ready, "roles": roles}, status=200 if status.ready else 503)

    @app.page("/readyz/{name:.+}")
    async def readyz_of(view: Any, request: Any, name: str) -> Any:  # noqa: ARG001 - the page's signature
        """`/readyz/router`, `/readyz/lane/zoho-crm`."""
        role = status.roles.get(name.replace("/", " "))
        if role is None:
            return view.json({"ready": False, "state": "unknown"}, status=404)
        ready = role.state == "up"
        return view.json({"ready": ready, **_told(role)}, status=200 if ready else 503)


def _told(role: RoleStatus) -> dict[str, Any]:
    told: dict[str, Any] = {"state": role.state, "partitions": role.partitions, "paused": sorted(role.paused)}
    told["held"] = sum(role.held.values())
    return {**told, "problems": role.problems}
