"""A steady stream of events, faults now and then, and a reading of everything every few seconds."""

from __future__ import annotations

import asyncio
import csv
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp
from harness import network
from harness.acts import BROKER_FREEZE, BROKER_KILL, BROKER_STOP, FREEZE, KILL, STOP, draw
from harness.conductor import Conductor
from harness.steady import VENDORS
from harness.workload import make_records
from soaking.sample import Fault, Lives, Reading, of_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from harness.cluster import Cluster
    from harness.workload import Record

DEAD_FOR = ((0.0, 0.4), (0.8, 1.0))
"""Shares of the time. In between the vendors that are dead are there: what waits for one that never comes back grows
without end, and with it, up to its bound, the memory."""
WITNESS, OTHERS = "w1", ("w2", "w3")
"""Nothing is done to the witness but to what it works with: whether it grows is seen best in a long life."""
KINDS = (*(KILL, STOP, FREEZE) * 2, BROKER_KILL, BROKER_STOP, BROKER_FREEZE, *network.KINDS)
NO_WORKERS = {network.BROKER, VENDORS}
EVERY_S = 5.0
"""Between two readings."""
CALM_S = 30.0
"""Between two faults."""


@dataclass
class Soak:
    """`rate`: events per s; `say` hears of each fault as it strikes."""

    cluster: Cluster
    lasts_s: float
    rate: int
    seed: int
    say: Callable[[str], None]
    readings: list[Reading] = field(default_factory=list)
    began: float = field(default_factory=time.time)
    returns: list[Fault] = field(default_factory=list)

    @property
    def at_s(self) -> float:
        return time.time() - self.began

    async def run(self, settle_s: float) -> bool:
        """Until its time is over and all is settled; False: it isn't after `settle_s` more.

        Raises:
            RelayError: a worker ended by itself, or wasn't ready in time.

        """
        cluster = self.cluster
        count = round(self.lasts_s * self.rate)
        now = time.time_ns() // 1000
        records = make_records(count, cluster.people, cluster.settings.partitions, self.seed, now)
        for name in (WITNESS, *OTHERS):
            await cluster.start_worker(name)
        await cluster.ready()
        self.began = time.time()
        watching = asyncio.create_task(self._watch())
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._publish(records))
                both.create_task(self._break())
                both.create_task(self._revive())
            return await cluster.settled(settle_s)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _publish(self, records: Sequence[Record]) -> None:
        """So many each second; what an outage held up follows as fast as it can."""
        for second, start in enumerate(range(0, len(records), self.rate)):
            await asyncio.sleep(second - self.at_s)
            await self.cluster.publisher.publish(records[start : start + self.rate])

    async def _break(self) -> None:
        conductor = Conductor(self.cluster, lambda act: self.say(f"{self.at_s / 60:6.1f} min: {act}"))
        for act in draw(self.seed, round(self.lasts_s / CALM_S), KINDS, OTHERS):
            await asyncio.sleep(min(CALM_S, max(0.0, self.lasts_s - self.at_s)))
            if self.at_s > self.lasts_s - CALM_S / 2:
                return
            await conductor.strike(act)

    async def _revive(self) -> None:
        """The dead vendors are there for a while, and are dead again."""
        (_, back), (gone, _) = DEAD_FOR
        dead = [account for account in self.cluster.accounts.values() if account.dead]
        await asyncio.sleep(back * self.lasts_s - self.at_s)
        for account in dead:
            async with self.cluster.sandboxes[account.name].client() as client:
                await client.clear_faults()
        self.returns.append(Fault("vendor is back", self.at_s, gone * self.lasts_s))
        await asyncio.sleep(gone * self.lasts_s - self.at_s)
        for account in dead:
            for fault in account.faults:
                self.cluster.sandboxes[account.name].arm(fault)

    async def _watch(self) -> None:
        lives = Lives()
        async with aiohttp.ClientSession() as session:
            while True:
                at_s = self.at_s
                self.readings += await of_workers(session, dict(self.cluster.workers), lives, at_s)
                for name, sandbox in self.cluster.sandboxes.items():
                    accepted = len(sandbox.world.ledger.entries)
                    self.readings.append(Reading(at_s, name, 0, "ledger", "", accepted))
                await asyncio.sleep(max(0.0, at_s + EVERY_S - self.at_s))

    def faults(self) -> list[Fault]:
        """What was done to a worker or the broker, when all vendors stood still, and when dead ones were back."""
        return self.returns + [
            Fault(
                f"{line['what']} {line['whom'] if line['whom'] in NO_WORKERS else 'worker'}",
                line["at"] / 1e6 - self.began,
                line["until"] / 1e6 - self.began,
            )
            for line in self.cluster.run.lines("faults.jsonl")
            if line["whom"] not in self.cluster.accounts and line["what"] != "recovery"
        ]

    def write_csv(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(Reading._fields)
            writer.writerows(reading._replace(at_s=round(reading.at_s, 1)) for reading in self.readings)
