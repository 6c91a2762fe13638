"""`tasks.done` as a lane partition carries it out."""

from __future__ import annotations

from delivering_support import delivery
from foreman_support import Site

from processors.vendors.base import Result
from schemas.records import LaneEntry
from streams.commands.lane_state import Kept
from streams.commands.tasks import _said
from streams.lanes.orders.tasks import DELIVERIES, DONE

ONE = f"{1:064x}"
LINK = {"link": "https://tickets.example/7"}


def with_a_task() -> Site:
    site = Site()
    site.lane.arrive(delivery(1))
    site.lane.round(Result("manual_task"))
    return site


def test_it_is_done_once_and_whoever_asks_again_is_told_so() -> None:
    site = with_a_task()
    site.give(DONE, args={DELIVERIES: f"{ONE} nobody's", **LINK})
    assert site.obeyed() == ["1 done, no open task here: nobody's"]
    site.take_over()
    assert site.obeyed() == []
    site.give(DONE, 2, args={DELIVERIES: ONE, **LINK})
    assert site.obeyed() == [f"no open task here: {ONE[:12]}"]
    assert site.lane.told[1:] == [("p1.ana", "done", "Sunday")]


def test_a_partition_calls_no_task_of_another_one_unknown() -> None:
    site = with_a_task()
    other = delivery(2)
    tasks = [
        Kept("crm", partition, LaneEntry(delivery=one, status="manual_task", attempt=0, since=0))
        for partition, one in ((2, delivery(1)), (3, other))
    ]
    name, args = _said(tasks, LINK)
    site.give(name, args=args)
    assert site.obeyed() == ["1 done"]


def test_what_dies_before_its_transaction_is_done_by_the_next_owner() -> None:
    site = with_a_task()
    site.give(DONE, args={DELIVERIES: ONE, **LINK})
    site.foreman.look(site.lane.now)
    site.take_over()
    assert site.obeyed() == ["1 done"]
    assert site.lane.state == {}


def test_a_command_without_proof_or_with_one_that_names_a_person_does_nothing() -> None:
    site = with_a_task()
    for number, proof in enumerate(({}, {"link": "https://t.example/?ana@b.example"}), 1):
        site.give(DONE, number, args={DELIVERIES: ONE, **proof})
        (said,) = site.obeyed()
        assert said
        assert said.startswith("refused: ")
        assert "ana@" not in said
    site.give(DONE, 3, args=LINK)
    assert site.obeyed() == ["nothing named"]
    assert len(site.lane.entries("manual_task")) == 1
