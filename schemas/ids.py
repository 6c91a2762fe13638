"""The ids of people, deliveries and audit records: all derived, none drawn, so that a redo gives the same id."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from schemas.base32 import base32
from schemas.events import ConsentEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.events import Identity
    from schemas.origin import Origin

PEPPER_GENERATION = "p1"
_NOT_CONTENT = {"received_at"}


def prefixed(*parts: str) -> bytes:
    """Join texts so that no two different lists give the same bytes: each behind its length, 4 bytes big-endian."""
    return b"".join([len(part).to_bytes(4, "big") + part for part in map(str.encode, parts)])


def pid(pepper: bytes, controller: str, subject_id: str) -> str:
    """The only form of a person that is readable outside `consent.events`: `p1.` and 52 characters base32."""
    message = prefixed(controller, unicodedata.normalize("NFC", subject_id))
    return f"{PEPPER_GENERATION}.{base32(_keyed_hash(pepper, message))}"


def _keyed_hash(pepper: bytes, message: bytes) -> bytes:
    """HMAC-SHA256, with what only depends on the key worked out once. Source: RFC 2104."""
    begun, ended = _keyed(pepper)
    inner, outer = begun.copy(), ended.copy()
    inner.update(message)
    outer.update(inner.digest())
    return outer.digest()


@lru_cache(1)
def _keyed(pepper: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    block = hashlib.sha256().block_size
    key = (pepper if len(pepper) <= block else hashlib.sha256(pepper).digest()).ljust(block, b"\x00")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in key)), hashlib.sha256(bytes(byte ^ 0x5C for byte in key))


def pepper_check(pepper: bytes) -> str:
    """Tells whether two workers hold the same pepper, without telling the pepper."""
    return hmac.digest(pepper, b"consent-relay pepper check", "sha256").hex()


def content_hash(pepper: bytes, event: ConsentEvent) -> str:
    """HMAC over everything the event says except when we received it: equal for a true repeat only. Hex.

    The fields stand in the contract's order, absent ones left out: a later optional field changes no older hash.
    """
    left_out = None if event.received_at is None else _NOT_CONTENT  # asked for, it takes as long as all the rest
    content = ConsentEvent.__pydantic_serializer__.to_json(event, exclude=left_out, exclude_none=True)
    return _keyed_hash(pepper, content).hex()


def event_id_of(pepper: bytes, *said: str) -> str:
    """An event's id made of what it says, so that the same is the same event, however often it comes.

    A UUID of version 8 (RFC 9562 section 5.8) that tells nobody without the pepper whose it is.
    """
    made = bytearray(hmac.digest(pepper, prefixed(*said), "sha256")[:16])
    made[6], made[8] = made[6] & 0x0F | 0x80, made[8] & 0x3F | 0x80  # version and variant
    return str(UUID(bytes=bytes(made)))


def identities_hash(pepper: bytes, identities: Iterable[Identity]) -> str:
    """HMAC over a person's identities in one event, which tells whether they were named before. Hex."""
    parts = [part for one in identities for part in (one.type, one.format, one.value)]
    return _keyed_hash(pepper, prefixed("identities", *parts)).hex()


def forward_proof(pepper: bytes, source: bytes, value: bytes) -> bytes:
    """HMAC over a record and where it came in first, which a router makes that sends it home. 64 hex digits."""
    message = prefixed("forwarded", source.hex(), hashlib.sha256(value).hexdigest())
    return _keyed_hash(pepper, message).hex().encode()


def identity_hash(pepper: bytes, person: str, identity: Identity) -> bytes:
    """HMAC over one identity of a person: tells whether two of their instructions name the same. 16 bytes."""
    message = prefixed("identity", person, identity.type, identity.format or "", identity.value)
    return _keyed_hash(pepper, message)[:16]


def answer_hash(pepper: bytes, sha256: str) -> str:
    """HMAC over the SHA-256 of what a vendor answered, hex. Who has the answer and the pepper can tell it again.

    An answer may say nothing but whom it is about: its bare hash would tell that to anybody who tries addresses.
    """
    return _keyed_hash(pepper, prefixed("answer", sha256)).hex()


def delivery_id(controller: str, event_id: str, lane: str, action: str, policy_version: str) -> str:
    """One delivery per event, lane and action. Hex SHA-256."""
    hashed = _of_event(controller, event_id).copy()  # an event has several deliveries
    hashed.update(_of_leg(lane, action, policy_version))
    return hashed.hexdigest()


@lru_cache(1)
def _of_event(controller: str, event_id: str) -> hashlib._Hash:
    return hashlib.sha256(prefixed(controller, event_id))


_of_leg = _of_rung = _of_which = lru_cache(1024)(prefixed)


def outcome_record_id(kind: str, delivery: str, cycle: int, rung: str, attempt: int) -> str:
    """Id of an audit record about a delivery. Hex SHA-256."""
    return hashlib.sha256(prefixed(kind, delivery) + _of_rung(str(cycle), rung, str(attempt))).hexdigest()


def task_id(pid: str, event_id: str, which: int | str) -> str:
    """Id of a leg that no lane carries out, by its number in the plan, or if it begins anew its recipients."""
    hashed = _of_request(pid, event_id).copy()  # an event has several
    hashed.update(_of_which(str(which)))
    return hashed.hexdigest()


@lru_cache(1)
def _of_request(pid: str, event_id: str) -> hashlib._Hash:
    return hashlib.sha256(prefixed("task", pid, event_id))


def begun_leg_id(pid: str, event_id: str, delivery_id: str | None, recipient: str | None) -> str:
    """Id of a leg that begins anew: its delivery's, or where no lane carries it out that of its task."""
    return delivery_id or task_id(pid, event_id, recipient or "")


def request_record_id(kind: str, pid: str, event_id: str, *what: str) -> str:
    """Id of an audit record about a request; `what` tells several of one kind apart. Hex SHA-256."""
    return hashlib.sha256(prefixed(kind, pid, event_id, *what)).hexdigest()


def command_record_id(command_id: str, *where: str) -> str:
    """Id of an audit record about a command; `where`: the role and partition, if each carries it out. Hex SHA-256."""
    return hashlib.sha256(prefixed("command", command_id, *where)).hexdigest()


def origin_record_id(kind: str, origin: Origin) -> str:
    """Id of an audit record about an incoming record. Hex SHA-256."""
    hashed = _of_place(kind, origin.topic, origin.partition).copy()
    hashed.update(prefixed(str(origin.offset)))
    return hashed.hexdigest()


@lru_cache(1024)
def _of_place(kind: str, topic: str, partition: int) -> hashlib._Hash:
    return hashlib.sha256(prefixed(kind, topic, str(partition)))
