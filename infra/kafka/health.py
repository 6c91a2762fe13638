"""Asks the broker itself whether it can be worked with; an open port says nothing yet."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

if TYPE_CHECKING:
    from collections.abc import Callable

_PROBE = "consent-relay-health"
_PLACE = TopicPartition(_PROBE, 0)
_GROUP, _TRANSACTION = 0, 1
_PAUSE_S = 0.1


async def wait_until_healthy(bootstrap: str, check_alive: Callable[[], None], timeout_s: float) -> None:
    """Returns when groups and transactions have a coordinator that answers.

    `check_alive` is called between two tries and raises if there is nothing left to wait for. Raises TimeoutError.
    """
    async with asyncio.timeout(timeout_s):
        while not await is_healthy(bootstrap):
            check_alive()
            await asyncio.sleep(_PAUSE_S)


async def is_healthy(bootstrap: str) -> bool:
    # aiokafka logs an error for each refused connection, so it is asked only once there is a port.
    if not await _listens(bootstrap):
        return False
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
    try:
        await admin.start()
        await admin.find_coordinator(_PROBE, _GROUP)
        await admin.find_coordinator(_PROBE, _TRANSACTION)
        # Finding a group's coordinator doesn't mean that it has loaded the groups: this needs it to. The client
        # passes over an error of the whole group, and tells of each place otherwise, even of a group without offsets.
        return bool(await admin.list_consumer_group_offsets(_PROBE, partitions=[_PLACE]))
    except KafkaError:
        return False
    finally:
        await admin.close()


async def _listens(bootstrap: str) -> bool:
    host, port = bootstrap.rsplit(":", 1)
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    return True
