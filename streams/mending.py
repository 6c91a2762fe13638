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

    Bootstrap = Callable[[AIOKafkaClient], Awaitable[None]]
    Send = Callable[..., Any]


def mend_client() -> None:
    """Make what uvloop has just closed a broken connection, and let a start that is called off close its own.

    Writing to such a connection raises nothing on asyncio's own loop and RuntimeError on uvloop, which the client
    doesn't expect: its task for metadata ends with it, and from then on whoever needs metadata waits for ever. After
    a restart of the broker a consumer then neither reads nor sends heartbeats, and says nothing.
    """
    for name in ("send", "_send_sasl_token"):
        send = getattr(AIOKafkaConnection, name)
        if not hasattr(send, "__wrapped__"):
            setattr(AIOKafkaConnection, name, _breaking(send))
    if not hasattr(AIOKafkaClient.bootstrap, "__wrapped__"):
        AIOKafkaClient.bootstrap = _leaving_nothing(AIOKafkaClient.bootstrap)
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


def _leaving_nothing(bootstrap: Bootstrap) -> Bootstrap:
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
