"""Kafka clients, all made here, so that every reader is read_committed and every writer may be fenced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import KafkaConnectionError

from processors.engine.trust import trusting
from schemas.errors import SetupError
from streams.mending import mend_client
from streams.topics import DEAD_LETTER_LIMIT, MIB

if TYPE_CHECKING:
    import ssl

    from streams.settings import Settings

TRANSACTION_TIMEOUT_MS = 15_000
BATCH_BYTES = 900_000
"""Below the topics' limit of 1 MiB, with room for the batch's own header."""
mend_client()


def connection(settings: Settings) -> dict[str, Any]:
    """What every client needs to reach the cluster."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.required("bootstrap_servers"),
        "security_protocol": settings.security_protocol,
    }
    if context := encryption(settings):
        options["ssl_context"] = context
    if login := user_and_password(settings):
        options["sasl_mechanism"] = settings.sasl_mechanism
        options["sasl_plain_username"], options["sasl_plain_password"] = login
    return options


def encryption(settings: Settings) -> ssl.SSLContext | None:
    """What the cluster's certificates are checked with; None where the connection is plain.

    Raises:
        SetupError: there are no certificates in the file that is named.

    """
    if "SSL" not in settings.security_protocol:
        return None
    return trusting(settings.ssl_cafile, "SSL_CAFILE", alone=True)


def user_and_password(settings: Settings) -> tuple[str, str] | None:
    """None where the cluster asks for none.

    Raises:
        SetupError: one of them is missing.

    """
    if "SASL" not in settings.security_protocol:
        return None
    return settings.required("sasl_username"), settings.required("sasl_password")


def reader(settings: Settings, *topics: str, **more: Any) -> AIOKafkaConsumer:
    """A read_committed consumer that commits nothing by itself; small fetches keep memory bounded."""
    options = {
        "enable_auto_commit": False,
        "isolation_level": "read_committed",
        "auto_offset_reset": "earliest",
        "max_partition_fetch_bytes": 2 * DEAD_LETTER_LIMIT,
        "fetch_max_bytes": 8 * MIB,
        **more,
    }
    return AIOKafkaConsumer(*topics, **connection(settings), **options)


def member(settings: Settings, group: str, worker_id: str) -> AIOKafkaConsumer:
    """A reader that takes part in a group as a static member."""
    session_ms = round(settings.session_timeout * 1000)
    # The assignor keeps its state on the class: groups of one process would overwrite each other's.
    assignor = type("Sticky", (StickyPartitionAssignor,), {})
    return reader(
        settings,
        group_id=group,
        group_instance_id=worker_id,
        session_timeout_ms=session_ms,
        heartbeat_interval_ms=max(200, session_ms // 5),
        rebalance_timeout_ms=30_000,
        partition_assignment_strategy=(assignor,),
        auto_offset_reset="none",  # where to start is never left to the client
        max_partition_fetch_bytes=MIB,
    )


def writer(settings: Settings, transactional_id: str | None = None) -> AIOKafkaProducer:
    """An idempotent producer; with an id, a transactional one that fences its predecessor when it starts."""
    more: dict[str, Any] = {}
    if transactional_id is not None:
        more = {"transactional_id": transactional_id, "transaction_timeout_ms": TRANSACTION_TIMEOUT_MS}
    return AIOKafkaProducer(
        **connection(settings),
        acks="all",
        enable_idempotence=True,
        max_batch_size=BATCH_BYTES,
        max_request_size=2 * DEAD_LETTER_LIMIT,
        **more,
    )


async def admin(settings: Settings) -> AIOKafkaAdminClient:
    """A started admin client.

    Raises:
        SetupError: nobody answers there.

    """
    client = AIOKafkaAdminClient(**connection(settings))
    try:
        await client.start()
    except KafkaConnectionError:
        raise unreachable(settings) from None
    return client


def unreachable(settings: Settings) -> SetupError:
    """The error for a broker that doesn't answer."""
    return SetupError(
        f"no Kafka broker answers at {settings.bootstrap_servers}",
        remedy="check --bootstrap-servers (CONSENT_RELAY_BOOTSTRAP_SERVERS), or start the embedded broker: "
        "consent-relay broker start",
    )
