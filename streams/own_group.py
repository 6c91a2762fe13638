"""Faust's own consumer, made so that an answer of the broker can't end the worker.

Nothing of legal weight hangs on Faust's group, but Faust gives up on errors that pass, such as the unknown error that
a broker answers while it shuts down, and takes every role down with it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka.errors import KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer

if TYPE_CHECKING:
    import faust

log = structlog.get_logger()
PAUSE_S = 1.0


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


def _tell(error: BaseException) -> None:
    log.warning("own_group_failed", error=type(error).__name__, text=str(error))
