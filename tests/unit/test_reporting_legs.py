"""Each way in which a leg ends or waits, as a report tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from closing_support import EVENT, NOW, anew, closed_leg, delivery, planned, record, said, task
from reporting_support import LATER, facts, only_leg, report

from processors.closing.retold import EXTENDED
from processors.reporting.matters import matters
from processors.reporting.page.filters import due
from schemas.ids import task_id
from schemas.records import CommandRef, Evidence, Leg
from schemas.times import DAY, iso, moment

if TYPE_CHECKING:
    from schemas.records import AuditRecord

ASKED = planned(delivery("crm"))
EVA = CommandRef(command_id="c-1", name="closer.done", by="eva")


@pytest.mark.parametrize(
    ("word", "result", "standing"),
    [
        ("executed", "executed", "done"),
        ("verified", "verified", "done"),
        ("done", "done_by_hand", "done"),
        ("no_match", "nothing_held", "done"),
        ("superseded", "superseded", "named"),
        ("retained", "retained", "named"),
        ("failed", "failed", "failed"),
        ("cancelled", "cancelled", "named"),
        ("terminated_product", "product_gone", "named"),
        ("delegated_to", "delegated", "done"),
        ("client_signal", "by_signal", "done"),
        ("config_evidence", "by_configuration", "done"),
        ("not_applicable", "not_applicable", "done"),
        ("parked", "open", "open"),
        ("held", "open", "open"),
        ("waiting", "open", "open"),
        ("dry_run", "open", "open"),
        ("manual_task", "open", "open"),
        ("accepted", "open", "open"),
    ],
)
def test_every_outcome_has_its_result(word: str, result: str, standing: str) -> None:
    leg = only_leg(report(ASKED, said("crm", word)))
    assert (leg.result, leg.standing) == (result, standing)


def test_a_vendor_that_can_say_no_more_has_only_acknowledged() -> None:
    asked = planned(delivery("ga", action="delete", vendor="google_analytics"), kind="deletion.requested")
    leg = only_leg(report(asked, said("ga", "accepted")))
    assert (leg.result, leg.standing, leg.executed) == ("acknowledged_only", "accepted", None)
    assert leg.acknowledged


def test_the_three_rungs_are_three_things_each_with_its_time_and_record() -> None:
    words = ("accepted", "executed", "verified")
    told = [said("crm", word, at=NOW + number * DAY) for number, word in enumerate(words, 1)]
    leg = only_leg(report(ASKED, *told))
    steps = (leg.acknowledged, leg.executed, leg.verified)
    assert [step and step.at for step in steps] == [iso(NOW + number * DAY) for number in (1, 2, 3)]
    assert [step and step.proof and step.proof.place for step in steps] == ["1@11", "1@12", "1@13"]


def test_a_leg_that_begins_anew_has_reached_nothing_yet() -> None:
    leg = only_leg(report(ASKED, said("crm", "executed"), anew("crm", 1)))
    assert (leg.result, leg.executed, leg.acknowledged, leg.cycle) == ("open", None, None, 1)


@pytest.mark.parametrize(
    ("due_in", "told", "now", "met"),
    [
        (10, said("crm", "executed", at=NOW + 10 * DAY), LATER, "met"),
        (10, said("crm", "executed", at=NOW + 10 * DAY + 1), LATER, "late"),
        (10, said("crm", "failed"), LATER, "not_done"),
        (10, said("crm", "superseded"), LATER, "replaced"),
        (10, said("crm", "cancelled"), LATER, "not_done"),
        (10, said("crm", "retained", reason="tax_law"), LATER, "not_done"),
        (10, said("crm", "no_match"), LATER, "met"),
        (20, said("crm", "parked"), LATER, "running"),
        (20, said("crm", "parked"), LATER + 1, "overdue"),
    ],
)
def test_a_deadline_is_met_only_by_being_done(due_in: int, told: AuditRecord, now: int, met: str) -> None:
    leg = only_leg(report(planned(delivery("crm", due_at=NOW + due_in * DAY)), told, now=now))
    assert leg.deadline
    assert leg.deadline.met == met
    assert leg.deadline.met_at == (iso(told.at) if met in {"met", "late"} else None)


@pytest.mark.parametrize(
    ("rule", "due_at", "ended_at", "text"),
    [
        ("ccpa.optout.third_party.15bd", "2026-03-17T06:59:59.999999Z", "2026-03-17T03:00:00Z", "met on 2026-03-16"),
        (
            "pdpo.erasure.reply.internal-40d",
            "2026-03-16T15:59:59.999999Z",
            "2026-03-16T20:00:00Z",
            "late on 2026-03-17",
        ),
    ],
)
def test_the_day_of_the_end_is_counted_where_the_deadline_is(
    rule: str, due_at: str, ended_at: str, text: str
) -> None:
    """In UTC the first one would read as a day late, and the second as late on its very day."""
    asked = planned(delivery("crm", rule=rule, due_at=moment(due_at)))
    leg = only_leg(report(asked, said("crm", "executed", at=moment(ended_at))))
    assert leg.deadline
    assert due(leg.deadline) == f"due 2026-03-16, {text}"


def test_a_deadline_names_the_law_its_mark_and_our_own_target_as_such() -> None:
    law, ours = "gdpr.erasure.reply.1mo", "house.any.processor.internal-30d"
    legs = [delivery("a", rule=law, mark="secondary"), delivery("b", rule=ours, mark="internal")]
    first, second = report(planned(*legs)).matters[0].legs
    assert first.deadline
    assert (first.deadline.citation, first.deadline.mark) == ("GDPR Art. 12(3)", "secondary")
    assert second.deadline
    assert (second.deadline.citation, second.deadline.mark) == (None, "internal")


def test_a_task_is_done_by_whom_the_closer_says_with_proof() -> None:
    asked = planned(task(recipient=None, task="reply", outcome=None))
    number = task_id("p1.ada", asked.event_id or "", 0)
    ended = Leg(kind="task", recipient=None, delivery_id=number, outcome="done")
    proof = Evidence(link="https://t.example/7")
    done = record("request.task", legs=(ended,), outcome="done", evidence=proof, command=EVA, reason="sent")
    told = report(asked, done)
    leg = only_leg(told)
    assert (leg.result, leg.reason) == ("done_by_hand", "sent")
    assert leg.executed
    assert leg.executed.evidence == {"link": "https://t.example/7"}
    assert told.matters[0].status == "completed"
    assert only_leg(report(asked)).says == "Not finished: a person has to do it"


@pytest.mark.parametrize("cycle", [1, None])
def test_a_task_that_a_lifted_hold_began_is_done_with_its_proof(cycle: int | None) -> None:
    """Older releases didn't write down in which cycle."""
    begun = task("stripe", action="delete")
    lift = record("cycle", cycle=1, legs=(begun,), reason="hold_lifted")
    asked = planned(closed_leg("retained", "legal_hold", "delete"), kind="deletion.requested")
    ended = Leg(kind="task", recipient="stripe", delivery_id=task_id("p1.ada", EVENT, "stripe"), outcome="done")
    proof = Evidence(link="https://t.example/7")
    done = record("request.task", cycle=cycle, legs=(ended,), outcome="done", evidence=proof, command=EVA, reason="s")
    leg = only_leg(report(asked, lift, done))
    assert (leg.result, leg.cycle) == ("done_by_hand", 1)
    assert leg.executed
    assert (leg.executed.at, leg.executed.evidence) == (iso(NOW), {"link": "https://t.example/7"})


def test_a_rejected_record_that_was_published_again_is_told_in_words() -> None:
    again = record("command", command=EVA, reason="the company is known now")
    (_, entry) = report(ASKED, again).timeline
    assert (entry.who, entry.what) == ("eva", "an operator had it published again")


def test_more_time_is_the_new_deadline_and_is_said() -> None:
    later = Leg(kind="delivery", recipient="crm-inc", delivery_id="crm", due_at=NOW + 60 * DAY)
    told = report(ASKED, record(EXTENDED, legs=(later,), command=EVA, reason="three systems"))
    leg = only_leg(told)
    assert leg.deadline
    assert (leg.deadline.due_at, leg.deadline.extended) == (iso(NOW + 60 * DAY), True)
    assert told.matters[0].extended == {"at": iso(NOW), "by": "eva", "reason": "three systems"}


def test_what_stays_is_named_and_nobody_says_that_all_is_done() -> None:
    kept = closed_leg("retained", "legal_hold", "delete")
    told = report(planned(delivery("crm", "delete"), kept, kind="deletion.requested"), said("crm", "executed"))
    assert told.matters[0].status == "completed_with_exceptions"
    assert told.matters[0].summary == "1 of 2 done, 1 ended otherwise"


def test_an_event_behind_a_newer_one_is_told_and_a_repeat_makes_none() -> None:
    event = ASKED.event
    late = record("stale", event=event, event_id="late", reason="overtaken_by_newer")
    again = record("duplicate", event=event)
    found = matters(facts(ASKED, late, again))
    assert [(one.request.event_id, one.is_stale) for one in found] == [(ASKED.event_id, False), ("late", True)]
    told = report(ASKED, late, again)
    assert (told.matters[1].status, told.matters[1].reason) == ("stale", "overtaken_by_newer")
    assert len(told.timeline) == 3


def test_a_leg_keeps_what_was_planned_for_it_when_one_before_it_is_lifted_in_two() -> None:
    held = Leg(kind="none", recipient="ads+mail", action="delete", outcome="retained", reason="legal_hold")
    asked = planned(held, delivery("crm", "delete", purposes=("sales",)), kind="deletion.requested")
    begun = delivery("ads", "delete", recipient="ads", purposes=("adverts",))
    lift = record("cycle", delivery_id="ads", cycle=1, legs=(begun,), reason="hold_lifted")
    legs = {leg.recipient: leg for leg in report(asked, lift).matters[0].legs}
    assert {who: leg.purposes for who, leg in legs.items()} == {
        "ads": ("adverts",),
        "mail": (),
        "crm-inc": ("sales",),
    }
