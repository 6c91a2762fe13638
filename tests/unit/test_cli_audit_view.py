from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plan_support import NOW, event
from rich.console import Console

from processors.lane import lanes_of
from processors.routing.desk import Desk
from processors.routing.incoming import Incoming
from processors.routing.route import route
from schemas.codec import encode
from schemas.connections import load_config
from schemas.origin import Origin
from schemas.records import AuditRecord, Cell, CommandRef, Evidence, Leg
from schemas.sealing import Seals
from streams.commands.audit_view import GRANTED_SINCE, line, rows, timeline

if TYPE_CHECKING:
    from schemas.events import ConsentEvent

CONFIG = load_config(Path(__file__).parents[2] / "examples" / "relay.toml")
DESK = Desk(CONFIG, lanes_of(CONFIG), b"pepper" * 8, Seals(b"k" * 32), lambda _: 2)
ORIGIN = Origin(topic="consent.events", partition=2, offset=17)


def judged(one: ConsentEvent) -> tuple[AuditRecord, ...]:
    """What the router writes about an event."""
    return route(Incoming(b"c-1001", encode(one), ORIGIN, NOW), DESK, lambda _: None).audit


def outcome(**more: Any) -> AuditRecord:
    made: dict[str, Any] = {
        "record_id": "r",
        "kind": "outcome",
        "at": NOW,
        "pid": "p1.x",
        "origin": ORIGIN,
        "software": "tests",
    }
    return AuditRecord(**made | more)


def printed(*records: AuditRecord) -> str:
    text = StringIO()
    Console(width=250, file=text).print(timeline(records))
    return text.getvalue()


def test_a_planned_event_shows_its_legs_indented_below_it() -> None:
    (record,) = judged(event(1, "withdraw", purposes=["marketing-campaigns"]))
    first, *legs = rows(record)
    assert (first.time, first.what) == ("2026-03-02T09:00:00.000Z", "planned consent.withdrawn")
    assert "marketing-campaigns; web_form by self; occurred 2026-03-02T08:00:00.000Z" in first.why
    assert len(legs) == len(record.legs or ())
    assert all(leg.what.startswith("  → ") and leg.time == "" for leg in legs)
    by_lane = {leg.lane: leg for leg in legs}
    assert by_lane["zoho-campaigns"].what == "  → zoho-one/marketing"
    assert by_lane["zoho-campaigns"].outcome == "due"
    assert "due 2026-03-09 (pdpo.optout.processor.internal-7d, internal)" in by_lane["zoho-campaigns"].why
    assert {leg.outcome for leg in legs if not leg.lane} == {"manual_task"}


def test_what_steers_a_terminal_is_shown_and_begins_no_line_of_its_own() -> None:
    record = outcome(evidence=Evidence(link="https://x.example/1\n2026\x1b[2K\rdone"))
    for text in (line(record), printed(record)):
        assert "https://x.example/1\\n2026\\x1b[2K\\rdone" in text
    assert "\n" not in line(record)


def test_a_leg_that_is_not_due_says_why() -> None:
    (record,) = judged(event(1, "delete"))
    stripe = next(row for row in rows(record) if row.what == "  → stripe")
    assert stripe.outcome == "not_applicable"
    assert "contract" in stripe.why


def test_what_a_deletion_grants_again_says_why() -> None:
    granted = route(Incoming(b"c-1001", encode(event(1, "grant", at=5)), ORIGIN, NOW), DESK, lambda _: None)
    deletion = Incoming(b"c-1001", encode(event(2, "delete", at=1)), ORIGIN, NOW)
    (record,) = route(deletion, DESK, lambda _: granted.state).audit
    assert [row for row in rows(*granted.audit) if GRANTED_SINCE in row.why] == []
    told = {row.lane: row.action for row in rows(record) if GRANTED_SINCE in row.why}
    assert told == {leg.lane: "grant" for leg in record.legs or () if leg.action == "grant"}
    assert {row.lane for row in rows(record) if row.action == "delete"} >= told.keys() >= {"zoho-campaigns"}


def test_an_outcome_shows_its_evidence() -> None:
    evidence = Evidence(status=200, job_id="j-9", response_sha256="ab" * 32, vendor_limit_s=63 * 86_400)
    record = outcome(lane="zoho-crm", action="delete", outcome="accepted", attempt=3, cycle=1, evidence=evidence)
    (row,) = rows(record)
    assert row[1:5] == ("outcome", "zoho-crm", "delete", "accepted")
    assert row.why == "HTTP 200; job j-9; gone within 63 days; response abababababab; try 3; cycle 1"


def test_a_command_shows_who_and_why() -> None:
    command = CommandRef(command_id="c", name="redrive", by="ana@ops-1")
    (row,) = rows(outcome(kind="command", command=command, reason="registered now"))
    assert row.what == "command redrive"
    assert row.why == "registered now; by ana@ops-1; consent.events[2]@17"


def test_a_rejection_and_a_corrected_clock_say_why() -> None:
    (rejected,) = judged(event(1, "grant", purposes=["surveys"], policy_version="1999-01-01"))
    assert next(rows(rejected)).why == "unknown_policy; field policy_version; consent.events[2]@17"
    planned, corrected = judged(event(2, "withdraw", at=-20 * 365 * 24 * 60))
    assert planned.event
    assert next(rows(corrected)).why == "outside_what_can_be; field occurred_at"


def test_no_identity_is_shown() -> None:
    someone = event(1, "delete", identities=[{"type": "email", "value": "ana.lopez@example.com"}])
    text = printed(*judged(someone)) + "".join(line(record) for record in judged(someone))
    assert "ana.lopez" not in text
    assert "c-1001" not in text
    assert "p1." in text


def test_one_line_holds_the_whole_record() -> None:
    text = line(outcome(lane="zoho-crm", action="delete", outcome="executed"))
    assert text == "2026-03-02T09:00:00.000Z  p1.x  outcome  zoho-crm  delete  executed"


def test_a_leg_shows_what_newer_instructions_took_out_of_it() -> None:
    leg = Leg(
        kind="delivery", recipient=None, lane="zoho-crm", action="withdraw", purposes=("surveys", "ads"),
        channels=("email",), overtaken=(Cell(purpose="ads", channel="email"),),
    )  # fmt: skip
    (_, row) = rows(outcome(kind="overtaken", legs=(leg,)))
    assert row.what == "  → zoho-crm"
    assert "without ads on email" in row.why
