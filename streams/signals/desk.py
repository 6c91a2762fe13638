"""The answers to a site's script: what stands for its visitor, or that it is to take everything for denied."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from aiokafka.errors import KafkaError

from processors.signals.key import MOST_BYTES, opened
from processors.signals.switches import switches
from processors.signals.told import told
from schemas.errors import KeyRefused
from schemas.ids import pid
from schemas.policy import in_force
from streams.called import read
from streams.metrics import definitions as d
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.policy import Policy
    from streams.metrics.registry import Metrics
    from streams.signals.ledger import Ledger
    from streams.signals.people import People

SCRIPT = Path(__file__).parent / "consent-relay.js"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Site:
    """One connection of a site: whose it is, who may ask, and the key that its backend makes visitors' keys with."""

    name: str
    controller: str
    versions: Sequence[Policy]
    serves: tuple[str, ...]
    origins: frozenset[str]
    key: bytes


class Desk:
    """pepper: makes pids of the ids in visitors' keys."""

    def __init__(
        self, sites: Mapping[str, Site], people: People, ledger: Ledger, pepper: bytes, metrics: Metrics
    ) -> None:
        self._sites = sites
        self._people = people
        self._ledger = ledger
        self._pepper = pepper
        self._counter = metrics[d.SIGNALS]

    async def script(self, _: web.Request) -> web.StreamResponse:
        """GET /signals.js."""
        headers = {"content-type": "text/javascript; charset=utf-8", "cache-control": "max-age=3600"}
        return web.FileResponse(SCRIPT, headers=headers)

    async def ask(self, request: web.Request) -> web.Response:
        """POST /signals/<connection>, the visitor's key as its body: `{"signals": {"ad_storage": "denied", ...}}`."""
        site = self._sites.get(request.match_info["site"])
        if site is None:
            return self._answer(UNKNOWN, 404)
        origin = request.headers.get("origin")
        if origin is not None and origin not in site.origins:
            return self._answer(site.name, 403)
        status, told_to_site = await self._asked(site, request)
        return self._answer(site.name, status, told_to_site, origin)

    async def _asked(self, site: Site, request: web.Request) -> tuple[int, Mapping[str, bool] | None]:
        try:
            _, body = await read(request, MOST_BYTES)
            subject_id = opened(site.key, body.decode("ascii", "replace"), time.time())
        except web.HTTPException as error:
            return error.status, None
        except KeyRefused:
            return 401, None
        gpc = request.headers.get("sec-gpc") == "1"
        try:
            return 200, await self._standing(site, pid(self._pepper, site.controller, subject_id), gpc=gpc)
        except (KafkaError, TimeoutError):
            return 503, None

    async def _standing(self, site: Site, who: str, *, gpc: bool) -> Mapping[str, bool]:
        """What stands for a person, once the audit knows that it is served; it hears nothing of who is unknown."""
        if not self._people.are_current:
            raise TimeoutError
        now, kept = now_micros(), self._people.of(who)
        policy = in_force(site.versions, now)
        signals = switches(kept.state if kept else None, policy, site.serves, gpc=gpc)
        if kept is not None:
            await self._ledger.note(told(who, site.name, site.controller, policy, signals, kept.origin, now))
        return signals

    def _answer(
        self, site: str, status: int, signals: Mapping[str, bool] | None = None, origin: str | None = None
    ) -> web.Response:
        self._counter.labels(site, str(status)).inc()
        headers = {"cache-control": "no-store", "vary": "Origin"}
        headers |= {"access-control-allow-origin": origin} if origin else {}
        if signals is None:
            return web.Response(status=status, headers=headers)
        said = {name: "granted" if is_on else "denied" for name, is_on in signals.items()}
        return web.json_response({"signals": said}, headers=headers)
