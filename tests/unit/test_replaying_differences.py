"""Each difference between the live state and the rebuilt one is named, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from closing_support import NOW, delivery, planned, said
from replaying_support import Run, folded
from routing_support import EMAIL, SEALS, event

from processors.closing.progress import opened
from processors.closing.retold import retold
from processors.replaying.differences import Difference, of_lanes, of_person, of_request, pairs
from processors.replaying.fold import in_order
from schemas.contract import PolicyRef
from schemas.origin import Origin
from schemas.records import Delivery, LaneEntry
from schemas.times import DAY

if TYPE_CHECKING:
    from schemas.request import Request

DAYS_LATER = NOW + 365 * DAY
KEY = "p1.ada|zoho"


def test_the_same_state_has_no_difference_although_identities_are_only_told_by_digest() -> None:
    run = Run(event(1, "grant", 0, ["surveys"], identities=[EMAIL]))
    (live,) = run.states.values()
    (rebuilt,) = in_order(folded(run.log).people)
    assert live.identities[0].sealed != rebuilt.identities[0].sealed
    assert list(of_person(live.pid, live, rebuilt)) == []
    moved = live.changed(erased_at=NOW)
    assert list(of_person("p", moved, rebuilt)) == [Difference("person", "p", "erased_at", NOW, None)]
    assert [one.field for one in of_person("p", live.changed(identities=()), rebuilt)] == ["identities"]
    assert list(of_person("p", None, rebuilt)) == [Difference("person", "p", "", None, "there")]
    assert list(of_person("p", live, None)) == [Difference("person", "p", "", "there", None)]


def request(*words: str, kind: str = "consent.withdrawn") -> Request:
    made = opened(planned(delivery("zoho"), kind=kind))
    for word in words:
        made = retold(made, said("zoho", word))
    return made


def test_a_request_is_compared_leg_by_leg() -> None:
    live, rebuilt = request("parked"), request("executed")
    assert live.status == "open"
    found = {one.field: (one.live, one.rebuilt) for one in of_request("k", live, rebuilt, NOW)}
    assert found["legs.0.outcome"] == ("parked", "executed")
    assert found["status"] == ("open", "completed")
    assert list(of_request("k", live, request("parked"), NOW)) == []


@pytest.mark.parametrize(
    ("rebuilt", "now", "missing"),
    [
        (request("executed"), NOW, True),
        (request("executed"), DAYS_LATER, False),  # closed long ago: forgotten
        (request("parked"), DAYS_LATER, True),  # open ones never are
        (request("parked", kind="restriction.lifted"), NOW, True),
        (request("parked", kind="consent.granted"), NOW, False),  # no request in the closer's sense
    ],
)
def test_a_request_that_is_not_there_is_missing_unless_it_may_be(
    rebuilt: Request, now: int, *, missing: bool
) -> None:
    assert bool(list(of_request("k", None, rebuilt, now))) is missing


def entry(status: Any, cycle: int = 0) -> LaneEntry:
    made = Delivery(
        delivery_id="zoho", cycle=cycle, event_id="e", pid="p1.ada", controller="oomnis", lane="zoho",
        action="withdraw", purposes=(), channels=(), all_purposes=True, sealed=SEALS.seal_identities((), "p", "e"),
        received_at=NOW, due_at=NOW, rule="r", occurred_at=NOW,
        origin=Origin(topic="consent.events", partition=0, offset=1),
        policy=PolicyRef(id="oomnis", version="1", sha256="0", text_sha256="0"),
    )  # fmt: skip
    return LaneEntry(delivery=made, status=status, attempt=1, since=NOW)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("parked", ()),  # a new cycle
        ("parked", ("parked",)),
        ("parked", ("held",)),  # released
        ("attempted", ("attempted",)),
        ("held", ("held",)),
        ("manual_task", ("manual_task",)),
        ("failed", ("failed",)),
        ("verifying", ("executed",)),
        (None, ("executed",)),
        (None, ()),  # it stands in the lane's own topic
    ],
)
def test_a_lane_that_keeps_what_the_audit_tells(status: str | None, words: tuple[str, ...]) -> None:
    kept = {} if status is None else {KEY: entry(status)}
    assert list(of_lanes({"zoho": kept}, [request(*words)])) == []


@pytest.mark.parametrize(
    ("status", "words", "told"),
    [
        (None, ("parked",), (None, "parked")),
        ("parked", ("executed",), ("parked", "executed")),
        ("held", ("parked",), ("held", "parked")),
        ("failed", (), ("failed", None)),
    ],
)
def test_a_lane_that_keeps_something_else(
    status: str | None, words: tuple[str, ...], told: tuple[str | None, str | None]
) -> None:
    kept = {} if status is None else {KEY: entry(status)}
    (found,) = of_lanes({"zoho": kept}, [request(*words)])
    assert (found.what, found.field, found.live, found.rebuilt) == ("delivery", "status", *told)
    (unknown,) = of_lanes({"zoho": {"p1.ada|other": entry("parked")}}, [])
    assert (unknown.key, unknown.rebuilt) == ("zoho: p1.ada|other", None)


def test_a_cycle_that_the_audit_does_not_know() -> None:
    found = list(of_lanes({"zoho": {KEY: entry("parked", cycle=2)}}, [request("parked")]))
    assert [(one.field, one.live, one.rebuilt) for one in found] == [("cycle", 2, 0)]


def test_pairs_meet_by_their_keys() -> None:
    assert list(pairs({"a": 1, "c": 3}, [("a", 10), ("b", 20)])) == [("a", 1, 10), ("b", None, 20), ("c", 3, None)]
