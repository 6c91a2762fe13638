"""A real single-node Kafka (KRaft) that runs from Kafka's own jars: no container, nothing to install.

`EmbeddedKafka` is a child of this process and ends with it. `start_detached` leaves a broker running, which
`running_at` and `stop_at` find again through its data directory.
"""

from __future__ import annotations

from infra.kafka.broker import EmbeddedKafka, start_detached, stop_at
from infra.kafka.config import Tunnel, free_ports
from infra.kafka.directory import Broker, broker_at, running_at
from infra.kafka.jars import KAFKA_VERSION

__all__ = [
    "KAFKA_VERSION",
    "Broker",
    "EmbeddedKafka",
    "Tunnel",
    "broker_at",
    "free_ports",
    "running_at",
    "start_detached",
    "stop_at",
]
