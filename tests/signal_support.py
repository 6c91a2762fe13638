"""A site at work: its listener over a real broker, people whose choices stand in its state, visitors' keys."""

from __future__ import annotations

import time
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import aiohttp
from ownership_support import until
from reading import audit

from processors.signals.key import sealed
from schemas.codec import encode
from schemas.connections import RelayConfig, parse_config
from schemas.ids import pid
from schemas.state import Choice, SubjectState
from streams.clients import writer
from streams.metrics.registry import Metrics
from streams.settings import Settings
from streams.signals.serving import serving
from streams.stopping import at_work
from streams.topics import STATE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiokafka import AIOKafkaProducer

    from schemas.records import AuditRecord

KEY = bytes(range(32))
PEPPER = "ab" * 32
SERVES = ["google-adsense", "google-analytics-remarketing", "facebook-ads", "youtube-embed", "google-analytics"]
SERVES += ["google-tag-manager", "reddit-plugins"]


def config_of(*origins: str, **more: Any) -> RelayConfig:
    connection = {
        "controller": "osows",
        "adapter": "site_signals",
        "serves": SERVES,
        "mode": "live",
        "options": {"origins": list(origins) or ["http://127.0.0.1:1"]},
        "secrets": {"key": "site_key"},
        **more,
    }
    tables = {"controllers": {"osows": {"policy": "osows"}}, "connections": {"osows-site": connection}}
    return parse_config(tables, "test")


def settings_for(bootstrap: str, directory: Path, **more: Any) -> Settings:
    (directory / "site_key").write_text(KEY.hex())
    given = {"signal_port": 0, "secrets_dir": directory, "pepper": PEPPER, **more}
    return Settings(bootstrap_servers=bootstrap, cluster_prefix="t", **given)


@dataclass
class Site:
    """url: what its script asks. Each visitor is new, as the broker is shared."""

    settings: Settings
    url: str
    script: str
    metrics: Metrics
    _producer: AIOKafkaProducer
    _session: aiohttp.ClientSession
    _at: int = field(default_factory=lambda: time.time_ns() // 1000)

    def visitor(self) -> str:
        return f"visitor-{uuid.uuid4()}"

    def key(self, visitor: str, lives_s: float = 600) -> str:
        return sealed(KEY, visitor, time.time() + lives_s)

    def pid(self, visitor: str) -> str:
        return pid(bytes.fromhex(PEPPER), "osows", visitor)

    async def stands(self, visitor: str, **choices: Literal["granted", "withdrawn"]) -> None:
        """What was chosen of each purpose; `everything` of all; returns when it is served so."""
        self._at += 1
        made = [
            Choice(
                purpose="*" if purpose == "everything" else purpose.replace("_", "-"),
                channel="*", status=status, occurred_at=self._at, event_id="e",
            )
            for purpose, status in choices.items()
        ]  # fmt: skip
        state = SubjectState(pid=self.pid(visitor), controller="osows", choices=tuple(made))
        sent = await self._producer.send_and_wait(STATE, encode(state), key=state.pid.encode(), partition=1)
        probe = self.visitor()
        # Its own state behind the other in the same partition: once that is served, both are.
        state = state.changed(pid=self.pid(probe))
        behind = await self._producer.send_and_wait(STATE, encode(state), key=state.pid.encode(), partition=1)
        assert behind.offset > sent.offset
        expected = any(status == "granted" for status in choices.values())

        async def served() -> bool:
            status, signals = await self.ask(self.key(probe))
            return status == 200 and ("granted" in signals.values()) is expected and await self.heard_of(probe)

        await until(served)

    async def heard_of(self, visitor: str) -> bool:
        return bool(await self.evidence(visitor))

    async def ask(self, key: str, **headers: str) -> tuple[int, dict[str, str]]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.post(self.url, data=key, headers=named) as answer:
            told = await answer.json() if answer.status == 200 else {"signals": {}}
            return answer.status, told["signals"]

    async def evidence(self, visitor: str) -> list[AuditRecord]:
        return [one for one in await audit(self.settings) if one.pid == self.pid(visitor) and one.kind == "signal"]


@asynccontextmanager
async def site_at(bootstrap: str, directory: Path, *origins: str, **more: Any) -> AsyncIterator[Site]:
    settings, metrics = settings_for(bootstrap, directory, **more), Metrics()
    async with (
        serving(settings, config_of(*origins), metrics) as port,
        at_work(writer(settings)) as producer,
        aiohttp.ClientSession() as session,
    ):
        here = f"http://127.0.0.1:{port}"
        site = Site(settings, f"{here}/signals/osows-site", f"{here}/signals.js", metrics, producer, session)

        async def is_current() -> bool:
            return (await site.ask(site.key(site.visitor())))[0] == 200

        await until(is_current)
        yield site
