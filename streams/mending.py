"""What has to be put right in the Kafka client before it is used. Its version is pinned; a test shows the need."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.admin import DescribeGroupsRequest_v3, DescribeGroupsResponse_v3

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Method = Callable[..., Awaitable[Any]]
    Send = Callable[..., Any]


def mend_client() -> None:
    """Make what uvloop has just closed a broken connection, and let no connection outlive its client.

    Writing to such a connection raises nothing on asyncio's own loop and RuntimeError on uvloop, which the client
    doesn't expect: its task for metadata ends with it, and from then on whoever needs metadata waits for ever. After
    a restart of the broker a consumer then neither reads nor sends heartbeats, and says nothing.
    """
    for name in ("send", "_send_sasl_token"):
        send = getattr(AIOKafkaConnection, name)
        if not hasattr(send, "__wrapped__"):
            setattr(AIOKafkaConnection, name, _breaking(send))
    for name, mended in (("bootstrap", _leaving_nothing), ("close", _closing_all), ("_get_conn", _opening_in_time)):
        method = getattr(AIOKafkaClient, name)
        if not hasattr(method, "__wrapped__"):
            setattr(AIOKafkaClient, name, mended(method))
    # It would read the answer as one of version 2, find something left over, and close the connection.
    DescribeGroupsRequest_v3.RESPONSE_TYPE = DescribeGroupsResponse_v3


def _breaking(send: Send) -> Send:
    @wraps(send)
    def sent(connection: Any, *args: Any, **more: Any) -> Any:
        try:
            return send(connection, *args, **more)
        except RuntimeError as error:
            connection.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError("the connection was closed a moment ago") from error

    return sent


def _leaving_nothing(bootstrap: Method) -> Method:
    @wraps(bootstrap)
    async def bootstrapped(client: AIOKafkaClient) -> None:
        try:
            await bootstrap(client)
        except BaseException as error:
            # The first connection is in a variable of its own, and stays open if this task is cancelled.
            inside = error.__traceback__ and error.__traceback__.tb_next
            first = inside and inside.tb_frame.f_locals.get("bootstrap_conn")
            if first:
                first.close()
            raise

    return bootstrapped


def _closing_all(close: Method) -> Method:
    @wraps(close)
    async def closed(client: Any) -> None:
        client.is_over = True
        try:
            await close(client)
        finally:  # it may be called off while it waits for a task of its own, before it comes to the connections
            for connection in list(client._conns.values()):  # noqa: SLF001
                connection.close()

    return closed


def _opening_in_time(get: Method) -> Method:
    @wraps(get)
    async def got(client: Any, *args: Any, **more: Any) -> Any:
        connection = await get(client, *args, **more)
        if connection and hasattr(client, "is_over"):
            connection.close()  # it was on its way when the client was closed
            return None
        return connection

    return got
