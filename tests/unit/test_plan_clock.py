"""A bad clock never loses what protects a person, and never lets a grant win."""

from __future__ import annotations

import pytest
from plan_support import DAY, MINUTE, NOW, event, run

from schemas.errors import InvalidRecord

YEAR = 365 * DAY


@pytest.mark.parametrize(
    ("occurred", "judged", "corrected"),
    [
        (NOW, NOW, ()),
        (NOW + 5 * MINUTE, NOW, ()),
        (NOW + 1, NOW, ()),
        (NOW + 5 * MINUTE + 1, NOW, ("occurred_at",)),
        (NOW - 10 * YEAR, NOW - 10 * YEAR, ()),
        (NOW - 11 * YEAR, NOW, ("occurred_at",)),
        (2**63 - 1, NOW, ("occurred_at",)),
        (-(2**63), NOW, ("occurred_at",)),
    ],
)
@pytest.mark.parametrize("action", ["withdraw", "delete"])
def test_a_protective_event_is_taken_whatever_its_clock(
    action: str, occurred: int, judged: int, corrected: tuple[str, ...]
) -> None:
    (made,) = run(event(1, action, occurred_at=occurred))
    assert (made.verdict, made.occurred_at, made.clock_corrected) == ("planned", judged, corrected)
    stored = made.state.erased_at if action == "delete" else made.state.choices[0].occurred_at
    assert stored == judged


@pytest.mark.parametrize("occurred", [NOW + 5 * MINUTE + 1, NOW - 11 * YEAR, 2**63 - 1, -(2**63)])
def test_a_hold_is_taken_whatever_its_clock_and_keeps_what_the_next_deletion_would_destroy(occurred: int) -> None:
    hold, wish = run(event(1, "hold.placed", occurred_at=occurred), event(2, "delete", occurred_at=NOW))
    assert (hold.occurred_at, hold.clock_corrected) == (NOW, ("occurred_at",))
    assert {one.placed_at for one in hold.state.holds} == {NOW}
    assert "legal_hold" in {leg.reason for leg in wish.legs}
    with pytest.raises(InvalidRecord):
        run(event(3, "hold.lifted", occurred_at=occurred))


@pytest.mark.parametrize("occurred", [NOW + 5 * MINUTE + 1, NOW - 11 * YEAR, 2**63 - 1, -(2**63)])
def test_a_grant_with_an_absurd_clock_is_refused(occurred: int) -> None:
    with pytest.raises(InvalidRecord) as caught:
        run(event(1, "grant", occurred_at=occurred))
    assert (caught.value.reason, caught.value.field) == ("clock", "occurred_at")


def test_a_grant_a_little_ahead_counts_as_of_its_receipt() -> None:
    (made,) = run(event(1, "grant", occurred_at=NOW + 5 * MINUTE))
    assert (made.occurred_at, made.clock_corrected) == (NOW, ())


@pytest.mark.parametrize(
    ("received", "judged", "corrected"),
    [
        (None, NOW, ()),
        (NOW, NOW, ()),
        (NOW - 30 * DAY, NOW - 30 * DAY, ()),
        (NOW - 30 * DAY - 1, NOW, ("received_at",)),
        (NOW + 1, NOW, ("received_at",)),
    ],
)
def test_the_receipt_lies_in_the_topics_month_or_is_kafkas_own(
    received: int | None, judged: int, corrected: tuple[str, ...]
) -> None:
    (made,) = run(event(1, "withdraw", occurred_at=NOW - 40 * DAY, received_at=received))
    assert (made.received_at, made.clock_corrected) == (judged, corrected)
    (due_at,) = {leg.due_at for leg in made.legs if leg.kind != "none"}
    assert due_at is not None
    assert 6 * DAY < due_at - judged < 8 * DAY, "counted from the receipt: the end of the seventh day"


def test_both_clocks_can_be_wrong() -> None:
    (made,) = run(event(1, "delete", occurred_at=0, received_at=2**62))
    assert made.clock_corrected == ("received_at", "occurred_at")
    assert (made.occurred_at, made.received_at) == (NOW, NOW)
