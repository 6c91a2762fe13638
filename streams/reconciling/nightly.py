"""Once a day the worker that holds the audit's partition 0 reconciles, in a process of its own.

So neither the loop of the roles waits for it, nor does its memory stay with the worker.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from processors.reconciling.finding import KINDS
from streams.commands.child import Child
from streams.metrics import definitions as d
from streams.stopping import is_meant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from streams.metrics.registry import Metrics
    from streams.settings import Settings

log = structlog.get_logger()
PLACE = 0
"""The partition of the audit whose holder does it."""
COMMAND = (sys.executable, "-m", "streams", "reconcile", "--json")
LAST_NIGHT = "reconcile.jsonl"
"""In the data directory: what the last run has said."""
STOP_LIMIT_S = 5.0
_BY_ENVIRONMENT = frozenset({"PEPPER", "RELAY_KEY", "NOTARY_KEY", "SASL_PASSWORD", "SMTP_PASSWORD"})
"""Secrets: settings don't tell them, and the process has them as the worker has."""


def next_run(at: str, now: datetime) -> datetime:
    """The next time that a clock in UTC says `at`, as in 02:30."""
    hour, minute = map(int, at.split(":"))
    today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def _now() -> datetime:
    return datetime.now(UTC)


class Nightly:
    """What the closers of a worker share of it. command: what says findings as `reconcile --json` does."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        clock: Callable[[], datetime] = _now,
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._command = command

    @contextmanager
    def held(self, partition: int) -> Iterator[None]:
        """Run it in time as long as this goes on; of other partitions than 0, nothing."""
        if partition != PLACE or self._settings.reconcile_at == "off":
            yield
            return
        task = asyncio.create_task(self._nights())
        try:
            yield
        finally:
            task.cancel()

    async def _nights(self) -> None:
        while True:
            now = self._clock()
            await asyncio.sleep((next_run(self._settings.reconcile_at, now) - now).total_seconds())
            try:
                await self.once()
            except asyncio.CancelledError:
                if is_meant():
                    raise
            except Exception as error:
                log.exception("alarm", alarm="reconcile_failed", why=type(error).__name__)

    async def once(self) -> int | None:
        """Reconcile now, and tell metrics and log; how many findings, None: it could not be done."""
        began = time.monotonic()
        path = self._settings.data_dir / LAST_NIGHT
        child = await Child.start(("nice", *self._command), self._environment(), path)
        try:
            code = await child.ended()
        finally:
            await child.stop(STOP_LIMIT_S)
        summary = _summary(path)
        if summary is None:
            log.error("alarm", alarm="reconcile_failed", why=f"exit code {code}", see=str(path))
            return None
        counted = {kind: int(summary[kind]) for kind in KINDS}
        for kind, count in counted.items():
            self._metrics[d.FINDINGS].labels(kind).set(count)
        self._metrics[d.RECONCILED_AT].set(self._clock().timestamp())
        self._metrics[d.RECONCILE_SECONDS].set(time.monotonic() - began)
        if any(counted.values()):
            log.error("alarm", alarm="reconcile_findings", see=str(path), **counted)
        return sum(counted.values())

    def _environment(self) -> dict[str, str]:
        given = {name: value for name, value in self._settings.given().items() if name not in _BY_ENVIRONMENT}
        return {**os.environ, **{f"CONSENT_RELAY_{name}": value for name, value in given.items()}}


def _summary(path: Path) -> dict[str, Any] | None:
    """The last line, if the run came to its end."""
    last = ""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            last = line
    try:
        said = json.loads(last)
    except ValueError:
        return None
    return said if isinstance(said, dict) and said.get("finding", "") is None else None
