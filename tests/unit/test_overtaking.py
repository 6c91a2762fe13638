"""What a newer instruction takes out of an older one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contract_support import a_few
from delivering_support import REFS, delivery, job
from hypothesis import given
from hypothesis import strategies as st
from plan_support import NOW

from processors.delivering.overtaking import cells, left_of, left_of_job, overtakes
from schemas.records import Action, Cell, Delivery

if TYPE_CHECKING:
    from processors.delivering.job import Hold


def test_a_deliverys_cells_are_its_rectangle_without_what_was_overtaken() -> None:
    one = delivery(1, purposes=("a", "b"), channels=("email", "sms"), overtaken=(Cell(purpose="a", channel="sms"),))
    assert cells(one) == {("a", "email"), ("b", "email"), ("b", "sms")}


@pytest.mark.parametrize(
    ("later", "earlier", "counts"),
    [
        (("grant", 2), ("withdraw", 1), True),
        (("grant", 1), ("withdraw", 2), False),
        (("withdraw", 1), ("grant", 2), True),
        (("withdraw", 1), ("grant", 1), True),
        (("grant", 1), ("withdraw", 1), False),
        (("grant", 1), ("grant", 1), True),
    ],
)
def test_the_newer_choice_counts_and_a_withdrawal_that_was_planned_later_always(
    later: tuple[Action, int], earlier: tuple[Action, int], *, counts: bool
) -> None:
    made = [delivery(number, action, occurred_at=NOW + at) for number, (action, at) in enumerate((earlier, later), 1)]
    assert overtakes(made[1], made[0]) == counts
    assert (left_of(made[0], made[1]) is None) == counts


def test_what_is_granted_again_after_a_deletion_follows_it() -> None:
    deletion = delivery(1, "delete", event_id="e", occurred_at=NOW)
    again = delivery(2, "grant", event_id="e", occurred_at=NOW)
    assert overtakes(again, deletion)
    assert left_of(deletion, again) is deletion


def test_the_same_scope_takes_everything_out() -> None:
    for action in ("grant", "withdraw"):
        assert left_of(delivery(1, "withdraw"), delivery(2, action)) is None


def test_another_scope_takes_nothing_out() -> None:
    old = delivery(1, all_purposes=True)
    assert left_of(old, delivery(2, purposes=("prospecting",))) is old
    assert left_of(old, delivery(2, channels=("sms",))) is old
    nothing = delivery(1, channels=())
    assert left_of(nothing, delivery(2)) is nothing, "what is about nothing that we know of is not ours to drop"


def test_part_of_it_is_taken_out_and_the_rest_is_no_longer_about_everything() -> None:
    old = delivery(1, purposes=("a", "b"), channels=("email", "sms"), all_purposes=True)
    left = left_of(old, delivery(2, "grant", purposes=("b",), channels=("email",)))
    assert left is not None
    assert left.overtaken == (Cell(purpose="b", channel="email"),)
    assert not left.all_purposes, "the vendor's switch for everything would undo the newer grant"
    rest = left_of(left, delivery(3, purposes=("a",), channels=("email", "sms")))
    assert rest is not None
    assert cells(rest) == {("b", "sms")}
    assert left_of(rest, delivery(4, purposes=("b",), channels=("sms",))) is None


def test_a_newer_deletion_takes_the_place_of_whatever_was_before() -> None:
    for action in ("grant", "withdraw", "delete"):
        assert left_of(delivery(1, action), delivery(2, "delete")) is None


def test_an_older_deletion_that_comes_in_late_takes_nothing_from_a_newer_choice() -> None:
    newer = delivery(1, "grant", occurred_at=NOW)
    assert left_of(newer, delivery(2, "delete", occurred_at=NOW - 5)) is newer


@pytest.mark.parametrize("action", ["grant", "withdraw"])
def test_a_deletion_stays_whatever_is_chosen_later(action: Action) -> None:
    old = delivery(1, "delete")
    assert left_of(old, delivery(2, action, purposes=("surveys", "marketing-campaigns"))) is old


def test_a_deletion_that_may_be_half_done_is_finished_by_itself() -> None:
    begun, untouched = job(1, "delete"), job(1, "delete")
    begun.refs = REFS
    assert left_of_job(begun, job(2, "delete")) is begun.delivery
    assert left_of_job(untouched, job(2, "delete")) is None


@pytest.mark.parametrize("hold", ["held", "waiting"])
def test_a_deletion_that_may_still_be_cancelled_takes_out_nothing_that_protects(hold: Hold) -> None:
    later = job(3, "delete")
    later.hold, later.until = hold, 9.0
    withdrawal, deletion, grant = job(1), job(1, "delete"), job(1, "grant")
    assert left_of_job(withdrawal, later) is withdrawal.delivery
    assert left_of_job(deletion, later) is deletion.delivery
    assert left_of_job(grant, later) is None
    deletion.hold, deletion.until = "waiting", 5.0
    assert (left_of_job(deletion, later) is None) == (hold == "waiting"), "who asks twice waits for one of them"
    later.hold = None
    assert left_of_job(withdrawal, later) is None


SOME = st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True).map(tuple)
CHANNELS = st.lists(st.sampled_from(["email", "sms"]), min_size=1, max_size=2, unique=True).map(tuple)


@given(SOME, CHANNELS, st.lists(st.tuples(SOME, CHANNELS), max_size=4))
@a_few
def test_what_is_left_is_what_nothing_newer_touched(
    purposes: tuple[str, ...],
    channels: tuple[str, ...],
    newer: list[tuple[tuple[str, ...], tuple[str, ...]]],
) -> None:
    left: Delivery | None = delivery(1, purposes=purposes, channels=channels)
    expected = {(p, c) for p in purposes for c in channels}
    for number, (named, on) in enumerate(newer, 2):
        expected -= {(p, c) for p in named for c in on}
        left = left and left_of(left, delivery(number, purposes=named, channels=on))
    assert (set(cells(left)) if left else set()) == expected
