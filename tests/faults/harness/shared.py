"""One broker for many small runs: each finds it without topics, and has a cluster prefix of its own."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING

from aiokafka.admin import AIOKafkaAdminClient
from harness.accounts import Account
from harness.cluster import Cluster

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

CAMPAIGNS = Account("campaigns", "zoho_campaigns", more=(("timeout_s", 4.9),))
_LIMIT_S = 180.0


async def small_cluster(run: Path, bootstrap: str, **more: Any) -> Cluster:
    """To be entered: one connection, one partition, few people. more: other settings of its workers."""
    await _wipe(bootstrap)
    usual = {"people": 40, "partitions": 1, "cluster_prefix": uuid.uuid4().hex[:8]}
    return Cluster(run, (CAMPAIGNS,), bootstrap=bootstrap, **{**usual, **more})


async def _wipe(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        async with asyncio.timeout(_LIMIT_S):
            while ours := [topic for topic in await admin.list_topics() if topic.startswith("consent.")]:
                await admin.delete_topics(ours)
                await asyncio.sleep(0.2)
    finally:
        await admin.close()
