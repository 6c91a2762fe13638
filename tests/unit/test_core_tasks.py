"""Manual tasks: open until somebody has done them, and never for what was decided anew since."""

from __future__ import annotations

import pytest
from delivering_support import GOOD, LANE, REFUSED, Driven, delivery

from processors.delivering.tasks import Finished, evidence_in
from processors.vendors.base import Result
from schemas.errors import InvalidRecord
from schemas.ids import outcome_record_id
from schemas.records import Command, Evidence
from streams.metrics.meters import LaneMeter
from streams.metrics.registry import Metrics

DONE = Command(command_id="c-7", name="tasks.done", lane=LANE, args={}, by="eva", reason="by hand", at=0)
PROOF = Evidence(link="https://tickets.example/7")
TASK = Result("manual_task", "no_api", Evidence(status=200))
ONE, TWO = f"{1:064x}", f"{2:064x}"


def with_tasks(*deliveries: object) -> Driven:
    lane = Driven()
    for one in deliveries:
        lane.arrive(one)  # type: ignore[arg-type]
        lane.round(TASK)
    lane.audit.clear()
    lane.told.clear()
    return lane


def finish(lane: Driven, *ids: str) -> Finished:
    return lane.core.finish(DONE, ids, PROOF, lane.now)


def test_it_ends_as_done_with_who_and_why_and_the_proof_and_leaves_the_lane_state() -> None:
    lane = with_tasks(delivery(1))
    assert finish(lane, ONE) == Finished(1, ())
    lane.commit()
    (audit,) = lane.audit
    assert (audit.kind, audit.outcome, audit.reason, audit.evidence) == ("outcome", "done", "by hand", PROOF)
    assert audit.command
    assert (audit.command.command_id, audit.command.name, audit.command.by) == ("c-7", "tasks.done", "eva")
    assert audit.record_id == outcome_record_id("outcome", ONE, 0, "done", 1)
    assert lane.state == {}


def test_some_of_them_and_what_is_no_open_task() -> None:
    lane = with_tasks(delivery(1), delivery(2, pid="p1.ben"), delivery(3, pid="p1.eva"))
    lane.arrive(delivery(4, pid="p1.zoe"))
    lane.round(REFUSED)
    failed = f"{4:064x}"
    assert finish(lane, ONE, TWO, failed, "nobody's") == Finished(2, (failed, "nobody's"))
    lane.commit()
    assert finish(lane, ONE) == Finished(0, (ONE,))
    assert [entry.delivery.delivery_id for entry in lane.entries("manual_task")] == [f"{3:064x}"]


def test_a_redo_says_the_same() -> None:
    lane = with_tasks(delivery(1))
    finish(lane, ONE)
    first = lane.core.collect()
    lane.restart()
    finish(lane, ONE)
    assert [getattr(one, "record_id", one) for one in lane.core.collect().records] == [
        getattr(one, "record_id", one) for one in first.records
    ]


def test_a_newer_instruction_takes_its_part_out_of_a_task_as_soon_as_it_comes_in() -> None:
    lane = with_tasks(delivery(1, "grant", purposes=("a", "b")))
    (before,) = lane.entries("manual_task")
    lane.arrive(delivery(2, purposes=("a",)))
    lane.commit()
    (task,) = lane.entries("manual_task")
    assert [cell.purpose for cell in task.delivery.overtaken] == ["a"]
    assert (task.since, task.reason) == (before.since, "no_api")
    assert [record.kind for record in lane.audit] == ["overtaken"]
    lane.arrive(delivery(3, purposes=("b",)))
    lane.commit()
    assert lane.entries("manual_task") == []
    assert lane.told == [("p1.ana", "superseded", "task_overtaken")]


def test_what_came_in_while_the_task_was_not_one_yet_counts_too() -> None:
    lane = Driven()
    lane.arrive(delivery(1, "grant"))
    (call,) = lane.start()
    lane.arrive(delivery(2))
    lane.answer(call, TASK)
    lane.commit()
    assert lane.told == [("p1.ana", "manual_task", "no_api"), ("p1.ana", "superseded", "task_overtaken")]
    assert lane.state == {}
    assert lane.round(GOOD) == [1]


def test_an_older_choice_another_person_and_a_grant_after_a_deletion_leave_a_task_alone() -> None:
    lane = with_tasks(delivery(1, "delete"), delivery(2, pid="p1.ben"))
    lane.arrive(delivery(3, "grant"), delivery(4, "grant", pid="p1.ben", occurred_at=1))
    lane.round(GOOD)
    assert [entry.delivery.delivery_id for entry in lane.entries("manual_task")] == [ONE, TWO]
    lane.arrive(delivery(5, "delete"))
    lane.commit()
    assert [entry.delivery.delivery_id for entry in lane.entries("manual_task")] == [TWO]


def test_a_file_a_link_or_both_are_proof() -> None:
    assert evidence_in({"link": "https://t.example/7"}) == Evidence(link="https://t.example/7")
    assert evidence_in({"sha256": "ab" * 32}) == Evidence(detail=f"file_sha256={'ab' * 32}")
    assert evidence_in({"sha256": "ab", "link": "x"}) == Evidence(detail="file_sha256=ab", link="x")


@pytest.mark.parametrize(
    ("args", "field"),
    [({}, "evidence"), ({"link": "https://t.example/?who=ana@b.example"}, "uri"), ({"link": "+491701234567"}, "uri")],
)
def test_nothing_is_no_proof_and_neither_is_what_names_a_person(args: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        evidence_in(args)
    assert caught.value.field == field
    assert "ana" not in str(caught.value)


def test_a_tasks_end_is_counted_but_its_time_is_not_the_lanes() -> None:
    lane, metrics = with_tasks(delivery(1)), Metrics()
    finish(lane, ONE)
    LaneMeter(metrics, LANE).settled(lane.commit().noted)
    about = {"lane": LANE, "action": "withdraw"}
    value = metrics.registry.get_sample_value
    assert value("consent_relay_deliveries_settled_total", {**about, "outcome": "done"}) == 1
    assert value("consent_relay_delivery_seconds_count", about) is None
