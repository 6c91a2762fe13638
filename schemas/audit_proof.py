"""A proof of what the audit says of one person: JSON, checked offline by `audit verify --file`."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.contract import PolicyRef, invalid
from schemas.errors import InvalidRecord, NotProven

FORMAT = "consent-relay/audit-proof/v1"


class _Part(BaseModel):
    """Bytes are base64."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, ser_json_bytes="base64", val_json_bytes="base64"
    )


class Header(_Part):
    name: str
    value: bytes | None


class ProvenRecord(_Part):
    """A record as it stands in Kafka. index: its number in the partition; path: its inclusion proof (RFC 9162)."""

    index: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...]
    path: tuple[bytes, ...]


class ProvenPartition(_Part):
    """checkpoint: the first head that covers all of the records; newest: the last one there was.

    consistency: proves that the tree has only grown from the one to the other.
    """

    partition: int
    checkpoint: str
    newest: str
    consistency: tuple[bytes, ...]
    records: tuple[ProvenRecord, ...]


class AuditProof(_Part):
    """unsigned: records of the person that are too new to be under a head, and so are not in here."""

    format: Literal["consent-relay/audit-proof/v1"]
    controller: str
    pid: str
    at: int
    software: str
    policies: tuple[PolicyRef, ...]
    unsigned: int
    partitions: tuple[ProvenPartition, ...]

    @classmethod
    def read(cls, text: str | bytes) -> Self:
        """Raises NotProven: it is none, naming the field."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            wrong: InvalidRecord = invalid(error)
            raise NotProven(f"is no proof of the audit: {wrong}") from None
