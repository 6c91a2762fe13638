"""Faust's own consumer, made so that what the broker does can neither end the worker nor keep it from ending.

Nothing of legal weight hangs on Faust's group, but Faust gives up on errors that pass, such as the unknown error that
a broker answers while it shuts down, and takes every role down with it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka.errors import KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer

from streams.stopping import closed, dropped

if TYPE_CHECKING:
    from collections.abc import Mapping

    import faust
    from faust.types import TP

log = structlog.get_logger()
PAUSE_S = 1.0
COMMIT_LIMIT_S = 3.0


class _Thread(AIOKafkaConsumerThread):
    async def on_start(self) -> None:
        await super().on_start()
        coordinator: Any = self._ensure_consumer()._coordinator  # noqa: SLF001 - there is no other way to hear of it

        async def go_on(error: BaseException) -> None:
            """In place of handing the error to Faust. Join anew: the heartbeat may be what has ended."""
            _tell(error)
            await asyncio.sleep(PAUSE_S)
            coordinator.request_rejoin()

        coordinator._push_error_to_user = go_on  # noqa: SLF001 - the client's version is pinned, and a test watches it

    def close(self) -> None:
        """Nothing. Faust calls it when the group rebalances during a stop, and from another thread.

        What is still to be committed would hang. `on_thread_stop`, which comes last, closes all the same.
        """

    async def on_thread_stop(self) -> None:
        """Not for long, and whatever the client raises: with the broker away that is a CancelledError of its own."""
        if not await closed(super().on_thread_stop()) and self._consumer:
            await dropped(self._consumer)

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """False: not done. The client would try for as long as there is no broker, and a stop would wait for that."""
        try:
            async with asyncio.timeout(COMMIT_LIMIT_S):
                return await super()._commit(offsets)
        except TimeoutError as error:
            _tell(error, f"the commit took longer than {COMMIT_LIMIT_S:g} s")
            return False

    async def crash(self, reason: BaseException) -> None:
        """What couldn't be committed is read again. Anything else ends the worker, as Faust wants it."""
        if isinstance(reason, KafkaError):
            _tell(reason)
        else:
            await super().crash(reason)


class _Consumer(Consumer):
    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


def go_on_after_errors(app: faust.App) -> None:
    """Let the app's consumer try again where Faust's would end the worker."""
    transport: Any = app.transport
    transport.Consumer = _Consumer


def _tell(error: BaseException, text: str = "") -> None:
    log.warning("own_group_failed", error=type(error).__name__, text=text or str(error))
