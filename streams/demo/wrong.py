"""Records that must be refused: one maker per way of being wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.codec import MAGIC, encode
from schemas.times import DAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.events import ConsentEvent

REUSED_ID = "event_id_reuse"
"""Needs an event that stands already; all others need one that was never published."""
_JUNK = bytes(range(64))


def _changed(**fields: Any) -> Callable[[ConsentEvent], bytes]:
    """An event that its own contract would refuse: copied without being checked."""
    return lambda event: encode(event.model_copy(update=fields))


def _grant_at(days: int) -> Callable[[ConsentEvent], bytes]:
    def make(event: ConsentEvent) -> bytes:
        at = event.occurred_at + days * DAY
        granted = {"kind": "consent.granted", "channels": (), "occurred_at": at}
        return encode(event.model_copy(update=granted))

    return make


def _with_mail_as_subject(event: ConsentEvent) -> bytes:
    return encode(event.model_copy(update={"subject_id": event.identities[0].value}))


def other_content(event: ConsentEvent) -> bytes:
    """The same event_id, and it says something else."""
    return encode(event.model_copy(update={"published_by": "somebody else"}))


WRONG: dict[str, tuple[str, Callable[[ConsentEvent], bytes | None]]] = {
    "no Avro at all": ("undecodable", lambda _: _JUNK),
    "no value": ("undecodable", lambda _: None),
    "unknown schema": ("undecodable", lambda event: MAGIC + b"\x00" * 8 + encode(event)[10:]),
    "cut off": ("undecodable", lambda event: encode(event)[:-5]),
    "bytes too many": ("undecodable", lambda event: encode(event) + b"\x00"),
    "empty value": ("undecodable", lambda _: b""),
    "unknown purpose": ("invalid", _changed(purposes=("astrology",), kind="consent.withdrawn", channels=())),
    "unknown controller": ("invalid", _changed(controller="nobody")),
    "unknown channel": ("invalid", _changed(channels=("telegraph",), kind="consent.withdrawn", purposes=None)),
    "event_id is no UUID": ("invalid", _changed(event_id="42")),
    "e-mail as subject": ("invalid", _with_mail_as_subject),
    "unknown policy": ("unknown_policy", _changed(policy_id="acme")),
    "unknown policy version": ("unknown_policy", _changed(policy_version="1999-01-01")),
    "unknown kind": ("invalid", _changed(kind="consent.rumoured")),
    "grant in the far future": ("clock", _grant_at(4000)),
    "grant in the far past": ("clock", _grant_at(-4000)),
    REUSED_ID: (REUSED_ID, other_content),
}
"""What is wrong → the reason that the audit must give, and how to make such a record."""
