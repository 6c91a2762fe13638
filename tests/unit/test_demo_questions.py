"""The demo sees from the audit what vendors were asked about later."""

from __future__ import annotations

from delivering_support import GOOD, VERIFIED, Driven, delivery, runs
from test_demo_sharing import entry

from processors.vendors.later import Schedule, read_back_after
from streams.demo.questions import Asked, count_asked, never_asked
from streams.demo.sharing import MANY, shared_calls


def test_it_counts_jobs_and_what_was_read_back() -> None:
    lane = Driven(polls=Schedule(10.0), read_back=read_back_after(60.0))
    lane.arrive(delivery(1, "delete"), delivery(2, "delete", "p1.ben"))
    first, second = lane.start()
    lane.answer(first, runs())
    lane.answer(second, GOOD)
    lane.commit()
    for answer in (GOOD, VERIFIED, VERIFIED):
        lane.sleep()
        lane.round(answer)
    asked = count_asked(lane.audit)
    assert asked == Asked(by_job=1, verified=2)
    assert str(asked) == "1 deliveries were jobs of the vendor's and asked about; 2 were read back"
    assert asked.as_json() == {"by_job": 1, "verified": 2}


def test_that_among_so_many_deletions_none_was_a_job_is_a_difference() -> None:
    many = shared_calls([entry(*(f"q{number}" for number in range(MANY)))])
    assert [str(one) for one in never_asked(Asked(0, 5), many)] == [
        "zoho_crm: no deletion was a job, though many were made"
    ]
    assert list(never_asked(Asked(1, 0), many)) == []
    assert list(never_asked(Asked(0, 0), shared_calls([entry("ana", "ben")]))) == []
