"""Requests in a few words: planned events, and what the audit says of their deliveries."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from processors.closing.book import Book
from schemas.events import ExpressedBy
from schemas.origin import Origin
from schemas.records import AuditRecord, EventFacts, Leg
from schemas.request import Decision, Request
from schemas.times import DAY

NOW = 1_772_442_000_000_000  # 2026-03-02T09:00:00Z
PID = "p1.ada"
EVENT = str(UUID(int=1))
KEY = f"{PID}|{EVENT}"
BY = Decision(command_id="c-1", by="eva", reason="ticket 7", at=NOW)


def delivery(lane: str, action: str = "withdraw", **more: Any) -> Leg:
    """A leg on a lane; its delivery_id is the lane's name."""
    about: dict[str, Any] = {"recipient": f"{lane}-inc", "lane": lane, "action": action, "delivery_id": lane}
    return Leg(kind="delivery", **{**about, "vendor": "zoho_crm", "due_at": NOW + 30 * DAY, "rule": "r", **more})


def task(recipient: str | None = "surveys-inc", **more: Any) -> Leg:
    about: dict[str, Any] = {"outcome": "unbound_recipient", "due_at": NOW + 30 * DAY, "rule": "r"}
    return Leg(kind="task", recipient=recipient, **{**about, **more})


def closed_leg(outcome: str, reason: str | None, action: str = "withdraw") -> Leg:
    """A leg that planning has ended."""
    parsed = {"kind": "none", "recipient": "stripe", "action": action, "outcome": outcome, "reason": reason}
    return Leg.parse(parsed)


def planned(*legs: Leg, kind: str = "consent.withdrawn", at: int = NOW) -> AuditRecord:
    facts = EventFacts(
        kind=kind, purposes=None, channels=(), data_domain="pii", jurisdiction=None, lawful_basis=None,
        expressed_by=ExpressedBy(), verified_by=None, method="web_form", evidence=None, occurred_at=at,
        received_at=at, published_by="tests", supersedes=None, content_hash="0",
    )  # fmt: skip
    return record("planned", at=at, event=facts, legs=legs)


def said(lane: str, outcome: str, cycle: int = 0, at: int = NOW, reason: str | None = None) -> AuditRecord:
    return record("outcome", delivery_id=lane, lane=lane, outcome=outcome, cycle=cycle, at=at, reason=reason)


def anew(lane: str, cycle: int, at: int = NOW, reason: str = "redriven") -> AuditRecord:
    return record("cycle", delivery_id=lane, lane=lane, cycle=cycle, at=at, reason=reason)


def brought(leg: Leg, at: int = NOW) -> AuditRecord:
    """What a backfill says of a leg that it brings to a new lane."""
    about = {"legs": (leg,), "event": planned(at=at).event}
    return anew(leg.delivery_id or "", 0, at=at, reason="backfill").changed(**about)


def record(kind: str, **more: Any) -> AuditRecord:
    place = Origin(topic="consent.events", partition=0, offset=7)
    given = {"at": NOW, "pid": PID, "controller": "oomnis", "event_id": EVENT, **more}
    return AuditRecord(record_id="0" * 64, kind=kind, origin=place, software="tests", **given)


def told(*records: AuditRecord, book: Book | None = None) -> Book:
    """A book that has heard these records."""
    book = book or Book()
    for one in records:
        if one.kind == "planned":
            book.open(one)
        else:
            book.hear(KEY, one)
    return book


def request(book: Book) -> Request:
    found = book.find(KEY)
    assert found
    return found


def kinds(book: Book) -> list[str]:
    """What the next transaction tells the audit."""
    return [fact.kind for fact in book.collect().facts]
