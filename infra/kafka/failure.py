from __future__ import annotations

from schemas.errors import EmbeddedKafkaError


def failure(message: str, remedy: str) -> EmbeddedKafkaError:
    """The error to raise; its remedy always names the way around the embedded broker as well."""
    return EmbeddedKafkaError(
        message, remedy=f"{remedy}; or use a Kafka of your own with --bootstrap-servers host:port"
    )
