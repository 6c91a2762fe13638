"""One lane on topics of its own, against the sandbox over real HTTP."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ownership_support import LIMIT_S, settings_at, until
from reading import audit, committed

from processors.engine.connect import connectors
from processors.engine.transport import http_transport
from processors.flood import Limits
from schemas.codec import decode, encode
from schemas.connections import parse_config
from schemas.contract import PolicyRef
from schemas.events import Identity
from schemas.ids import delivery_id
from schemas.origin import Origin
from schemas.records import Bookmark, DeadLetter, Delivery, LaneEntry
from schemas.sealing import Seals
from schemas.times import DAY
from streams import clients, topics
from streams.control import Control, following
from streams.lanes.bench import Bench
from streams.lanes.work import LaneWork
from streams.ownership.owner import Owner
from streams.ownership.tenure import CLEAN_KEY, OFFSET_KEY, now_micros
from streams.pipeline import Stage, lane_role
from streams.status import Status

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping
    from pathlib import Path

    from infra.sandbox import Person, Sandbox
    from streams.settings import Settings

PARTITIONS = 4
SEALS = Seals(bytes(range(32)))
POLICY = PolicyRef(id="oomnis", version="2021-09-08", sha256="0" * 64, text_sha256="0" * 64)


def crm_config(name: str, sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    urls = sandbox.settings.base_urls
    connection = {
        "controller": "oomnis",
        "adapter": "zoho_crm",
        "serves": ["zoho-one/crm"],
        "mode": "live",
        "surge": "off",  # tests of its own turn it on
        "base_url": urls["zoho_crm"],
        "read_back": "off",
        "options": {"accounts_url": urls["zoho_accounts"], "search_lag_s": 0},
        "secrets": {name: f"zoho_{name}" for name in ("client_id", "client_secret", "refresh_token")},
    }
    return {"controllers": {"oomnis": {"policy": "oomnis"}}, "connections": {name: {**connection, **more}}}


@dataclass
class LaneUnderTest:
    """Publishes deliveries to one lane and reads what came of them."""

    settings: Settings
    sandbox: Sandbox
    name: str
    config: dict[str, Any]
    status: Status = field(default_factory=Status)
    retry_budget: float = 30.0
    scale: float = 100.0
    control: Control = field(default_factory=Control)
    flood: Limits = field(default_factory=Limits)
    bench: Bench = field(init=False)
    """Of the owner that was started last."""

    async def deliver(self, *deliveries: Delivery | bytes, partition: int = 0) -> None:
        producer = clients.writer(self.settings)
        await producer.start()
        for delivery in deliveries:
            value = delivery if isinstance(delivery, bytes) else encode(delivery)
            await producer.send_and_wait(topics.deliveries(self.name), value, key=b"k", partition=partition)
        await producer.stop()

    def delivery(self, person: Person, action: str, number: int = 1, **more: Any) -> Delivery:
        pid, event_id = f"p1.{person.key}", str(uuid.UUID(int=number))
        identities = [Identity(type="email", value=person.email)]
        return Delivery.parse(
            {
                "delivery_id": delivery_id("oomnis", f"{event_id}{person.key}", self.name, action, "v"),
                "cycle": 0,
                "event_id": event_id,
                "pid": pid,
                "controller": "oomnis",
                "lane": self.name,
                "action": action,
                "purposes": ("comms-marketing",),
                "channels": ("email",),
                "all_purposes": False,
                "sealed": SEALS.seal_identities(identities, pid, event_id),
                "received_at": now_micros(),
                "due_at": now_micros() + DAY,
                "rule": "internal.30d",
                "occurred_at": number,
                "origin": Origin(topic=topics.EVENTS, partition=0, offset=number),
                "policy": POLICY,
                **more,
            }
        )

    @asynccontextmanager
    async def working(self, worker: str = "w1") -> AsyncIterator[Owner]:
        """A worker's owner of the lane, in this process; leaves cleanly at the end."""
        async with http_transport() as transport, following(self.control, self.settings):
            owner, task = await self.start(transport, worker)
            try:
                yield owner
            finally:
                owner.stop()
                await task

    async def start(self, transport: Any, worker: str = "w1") -> tuple[Owner, asyncio.Task[None]]:
        owner, task = await self.begin(transport, worker)
        await until(lambda: owner.held == list(range(PARTITIONS)))
        return owner, task

    async def begin(self, transport: Any, worker: str = "w1") -> tuple[Owner, asyncio.Task[None]]:
        """Don't wait until all partitions are worked on."""
        stage = self.stage(transport)
        owner = Owner(self.settings, stage.role, worker, stage.make_work, self.status)
        return owner, asyncio.create_task(owner.run())

    def stage(self, transport: Any) -> Stage:
        """The lane as a worker's pipeline has it."""
        config = parse_config(self.config, "test")
        ready = connectors(config, self._secret, transport, scale=self.scale)
        pace = (PARTITIONS, self.retry_budget, 0.02)
        self.bench = bench = Bench(
            ready[self.name], SEALS, self.status, *pace, control=self.control, flood=self.flood
        )
        bench.cancel_window_s = config.controllers["oomnis"].cancel_window
        return Stage(lane_role("t", self.name), lambda number: LaneWork(bench, number))

    def _secret(self, name: str) -> str:
        value: str = getattr(self.sandbox.settings, name)
        return value

    async def outcomes(self) -> list[tuple[str, str, str | None]]:
        """(delivery_id's event number, outcome, reason) of this lane, in log order."""
        records = await audit(self.settings)
        mine = [record for record in records if record.lane == self.name and record.kind != "command"]
        return [(record.pid or "", record.outcome or "", record.reason) for record in mine]

    async def settled(
        self, count: int, limit_s: float = LIMIT_S, *, apart: Collection[str] = ("attempted",)
    ) -> list[tuple[str, str, str | None]]:
        """Wait for so many outcomes other than those."""
        found: list[tuple[str, str, str | None]] = []

        async def enough() -> bool:
            found[:] = [outcome for outcome in await self.outcomes() if outcome[1] not in apart]
            return len(found) >= count

        await until(enough, limit_s)
        return found

    async def entries(self) -> dict[str, LaneEntry]:
        """What the lane state holds: delivery_id → entry."""
        found: dict[str, LaneEntry] = {}
        for record in await committed(self.settings, topics.lane_state(self.name)):
            if not record.key.startswith(b"!"):
                delivery = record.key.decode().split("|")[1]
                found.pop(delivery, None)
                if record.value:
                    found[delivery] = decode(LaneEntry, record.value)
        return found

    async def bookmark(self) -> Bookmark | None:
        """How far partition 0 has been worked."""
        scanned = await committed(self.settings, topics.lane_state(self.name), partitions=[0])
        marks = [record.value for record in scanned if record.key == OFFSET_KEY]
        return decode(Bookmark, marks[-1]) if marks else None

    async def ended_cleanly(self) -> bool:
        """Whether the last owner left its mark."""
        scanned = await committed(self.settings, topics.lane_state(self.name), partitions=[0])
        marks = [record.value for record in scanned if record.key == CLEAN_KEY]
        return bool(marks and marks[-1])

    async def dead_letters(self) -> list[DeadLetter]:
        letters = [decode(DeadLetter, record.value) for record in await committed(self.settings, topics.DEAD_LETTER)]
        return [letter for letter in letters if letter.origin.topic == topics.deliveries(self.name)]


def is_own_alarm(line: Mapping[str, Any]) -> bool:
    """Whether a lane has raised it; not one about commands, which other tests may have written wrongly on purpose."""
    return line["event"] == "alarm" and not line["alarm"].startswith("command_")


async def kill(owner: Owner, task: asyncio.Task[None]) -> None:
    """As kill -9 would: nothing is finished, nothing handed over."""
    holdings = list(owner._holdings.values())
    owner._holdings.clear()
    for each in [*(holding.task for holding in holdings), task]:
        each.cancel()
    await asyncio.gather(*(holding.task for holding in holdings), task, return_exceptions=True)


async def lane_at(bootstrap: str, tmp_path: Path, sandbox: Sandbox, **connection: Any) -> LaneUnderTest:
    """A fresh lane; its deliveries go to partition 0."""
    name = f"crm-{uuid.uuid4().hex[:6]}"
    settings = settings_at(bootstrap, tmp_path)
    admin = await clients.admin(settings)
    await topics.apply(admin, topics.topics([name]), PARTITIONS, 1)
    await admin.close()
    return LaneUnderTest(settings, sandbox, name, crm_config(name, sandbox, **connection))
