"""What all partitions of a worker's notary share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams import topics
from streams.logs import scan
from streams.metrics.registry import Metrics
from streams.notary.keys import known_keys, origin_of, remember, signing_key
from streams.notary.witness import Witness
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Collection

    from aiokafka import ConsumerRecord
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from streams.settings import Settings


@dataclass(frozen=True, slots=True)
class Office:
    """most: records, and interval_s: seconds, after which a head is signed; now: µs since 1970.

    keys: public ones, whose heads are believed; heads: those of a partition, as they were signed so far.

    turn: whoever hashes; the partitions take turns, so that all of them together leave the loop to the others.
    """

    key: Ed25519PrivateKey = field(repr=False)
    prefix: str
    witness: Witness
    most: int
    interval_s: float
    keys: Collection[bytes]
    heads: Callable[[int], AsyncGenerator[ConsumerRecord]]
    now: Callable[[], int] = now_micros
    metrics: Metrics = field(default_factory=Metrics)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def of(cls, settings: Settings, metrics: Metrics) -> Office:
        """Raises SetupError: the key, or a place to keep its public half, is missing."""
        key, prefix = signing_key(settings), settings.required("cluster_prefix")
        remember(settings)
        return cls(
            key,
            prefix,
            Witness(settings.witness),
            settings.checkpoint_records,
            settings.checkpoint_interval,
            known_keys(settings),
            lambda partition: scan(settings, topics.CHECKPOINTS, partitions=[partition]),
            metrics=metrics,
        )

    def origin(self, partition: int) -> str:
        return origin_of(self.prefix, partition)
