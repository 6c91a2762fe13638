"""A vendor that is otherwise well has a bad spell."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from harness.network import AWAY_S
from harness.wire import TOO_FAST

from infra.sandbox import Fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from harness.cluster import Cluster

SPELLS = {
    "vendor down": Fault(kind="status", status=503),
    "vendor busy": Fault(kind="status", status=TOO_FAST, retry_after_s=1, share=0.2),
    "vendor breaks off": Fault(kind="reset", share=0.5),
    "vendor lies": Fault(kind="lie", share=0.5),
    "vendor silent": Fault(kind="hang", share=0.2),
    "vendor slow": Fault(kind="latency", seconds=1.0),
}
"""Each strikes beside what the account suffers from the start."""


@asynccontextmanager
async def spell(cluster: Cluster, what: str, name: str) -> AsyncIterator[None]:
    """So long the vendor of that account has that spell; `spells.jsonl` tells how many calls it struck.

    One that has struck none goes on until it does, or `AWAY_S` more: while the broker is away nobody calls a vendor.
    """
    fault, sandbox = SPELLS[what], cluster.sandboxes[name]
    faults = sandbox.world.faults
    told = str(TOO_FAST) if fault.status == TOO_FAST else fault.kind  # the judge forgives what that breaks off
    async with cluster.fault(told, name):
        armed = sandbox.arm(fault)
        try:
            yield
            await cluster.wait(lambda: faults.armed()[armed][1] > 0, AWAY_S)
        finally:
            _, struck = faults.armed()[armed]
            faults.disarm(armed)
            cluster.run.note("spells.jsonl", {"what": what, "whom": name, "struck": struck})
