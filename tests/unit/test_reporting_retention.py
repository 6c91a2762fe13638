"""Whose audit is past its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from closing_support import NOW, anew, brought, closed_leg, delivery, planned, record, said, task
from reporting_support import facts

from processors.reporting.retention import Line, Retention
from schemas.periods import end_of
from schemas.times import DAY

if TYPE_CHECKING:
    from schemas.records import AuditRecord

YEARS = end_of(NOW + DAY, "P6Y")
DONE = (planned(delivery("crm")), said("crm", "executed", at=NOW + DAY))


def line(*records: AuditRecord, now: int = YEARS, **periods: str) -> Line:
    (only,) = told(*records, now=now, **periods).lines()
    return only


def told(*records: AuditRecord, now: int = YEARS, **periods: str) -> Retention:
    made = Retention(periods, "P6Y", now)
    for fact in facts(*records):
        made.hear(fact)
    return made


def test_the_time_begins_when_the_last_leg_is_closed_and_ends_to_the_moment() -> None:
    assert line(*DONE)[2:7] == (1, 2, 0, 1, 2)
    before = line(*DONE, now=YEARS - 1)
    assert (before.past, before.next_at) == (0, YEARS)


def test_each_controller_has_its_own_time_and_one_without_people_is_named() -> None:
    assert line(*DONE, now=end_of(NOW + DAY, "P1Y"), oomnis="P1Y").past == 1
    assert [one.controller for one in told(*DONE, osome="P1Y").lines()] == ["oomnis", "osome"]


def test_who_has_something_open_is_kept_however_old_it_is() -> None:
    late = NOW + 100 * 365 * DAY
    for more in ((), (said("crm", "accepted"),), (said("crm", "failed"), anew("crm", 1))):
        kept = line(DONE[0], *more, now=late)
        assert (kept.open, kept.past, kept.next_at) == (1, 0, None)


@pytest.mark.parametrize(("kind", "past"), [("consent.granted", 1), ("restriction.lifted", 0)])
def test_a_task_keeps_only_where_somebody_can_say_that_it_is_done(kind: str, past: int) -> None:
    asked = planned(task(), delivery("crm", "grant"), kind=kind)
    assert line(asked, said("crm", "executed", at=NOW + DAY)).past == past
    assert line(asked).open == 1, "the delivery"


def test_a_legal_hold_keeps_and_a_backup_that_runs_out_by_itself_does_not() -> None:
    for reason, past in (("legal_hold", 0), ("backup", 1)):
        asked = planned(closed_leg("retained", reason, "delete"), kind="deletion.requested")
        assert line(asked, now=YEARS).past == past


PLACED = str(UUID(int=2))


def hold(at: int = NOW, purposes: tuple[str, ...] | None = None) -> AuditRecord:
    return _of_hold("hold.placed", at, PLACED, purposes=purposes)


def lift(at: int = NOW + DAY, event_id: int = 3, **more: Any) -> AuditRecord:
    return _of_hold("hold.lifted", at, str(UUID(int=event_id)), **more)


def _of_hold(kind: str, at: int, event_id: str, **more: Any) -> AuditRecord:
    legs = (closed_leg("retained", "legal_hold"),) if kind == "hold.placed" else ()
    made = planned(*legs, kind=kind, at=at)
    assert made.event
    return made.changed(event_id=event_id, event=made.event.changed(**more))


@pytest.mark.parametrize(
    ("records", "past"),
    [
        ((hold(),), 0),
        ((hold(), lift()), 1),
        ((hold(), lift(supersedes=PLACED)), 1),
        ((lift(supersedes=PLACED), hold()), 1),
        ((hold(), lift(supersedes=str(UUID(int=9)))), 0),
        ((hold(), lift(purposes=("surveys",))), 0),
        ((hold(), lift(data_domain="service_data")), 0),
        ((hold(at=NOW + 2 * DAY), lift()), 0),
        ((hold(purposes=("surveys", "comms")), lift(purposes=("comms",))), 0),
        (
            (hold(purposes=("surveys", "comms")), lift(purposes=("comms",)), lift(event_id=4, purposes=("surveys",))),
            1,
        ),
    ],
)
def test_a_hold_in_force_keeps_its_person_and_one_that_was_lifted_keeps_nobody(
    records: tuple[AuditRecord, ...], past: int
) -> None:
    asked = line(*records, now=NOW + 100 * 365 * DAY)
    assert (asked.past, asked.open) == (past, 1 - past)


def test_the_time_begins_anew_when_a_hold_is_lifted() -> None:
    lifted = (hold(), lift(at=NOW + 10 * DAY))
    ends = end_of(NOW + 10 * DAY, "P6Y")
    assert [line(*lifted, now=now).past for now in (ends - 1, ends)] == [0, 1]


def test_a_closed_request_that_begins_anew_is_open_again() -> None:
    assert line(*DONE, anew("crm", 1, at=NOW + 2 * DAY)).open == 1


def test_what_a_backfill_brought_is_open_however_long_ago_the_request_was_closed() -> None:
    later = brought(delivery("mail"), NOW + 100 * DAY)
    assert line(*DONE, later).open == 1
    assert line(*DONE, later, said("mail", "executed", at=NOW + 101 * DAY)).open == 0


def test_what_is_needed_begins_with_the_first_record_of_anybody_kept() -> None:
    other: dict[str, Any] = {"pid": "p1.bob"}
    bobs = planned(delivery("mail")).changed(**other)
    assert told(*DONE).needed() == {1: 12}
    assert told(*DONE, bobs).needed() == {1: 12}
    assert told(bobs, *DONE).needed() == {1: 10}


def test_records_about_nobody_go_by_their_own_time() -> None:
    nobodys = record("command", pid=None, controller=None)
    assert told(nobodys, *DONE, now=end_of(NOW, "P6Y") - 1).needed() == {1: 10}
    assert told(nobodys, *DONE).needed() == {1: 13}
    assert line(nobodys, *DONE).records == 2
