"""What an operator sees before a release, and the token that confirms exactly that."""

from __future__ import annotations

import pytest
from delivering_support import delivery
from plan_support import DAY, NOW

from schemas.errors import InvalidRecord
from schemas.records import LaneEntry
from streams.commands.holds_view import confirmed, facts, in_order, summary, token_of
from streams.commands.lane_state import Kept


def kept(number: int, since: int = NOW, partition: int = 0, due_at: int = NOW + DAY) -> Kept:
    one = delivery(number, "delete", f"p1.{number}", due_at=due_at)
    return Kept("crm", partition, LaneEntry(delivery=one, status="held", attempt=0, since=since, reason="surge"))


def test_the_token_confirms_what_was_shown_and_not_what_came_later() -> None:
    shown = in_order([kept(2, NOW + 2), kept(1, NOW + 1, 3)])
    token = token_of("release", shown)
    assert token.startswith("release-2-")
    assert confirmed(token, "release", in_order([kept(3, NOW + 3), *shown])) == shown


@pytest.mark.parametrize(
    "given", ["", "release", "release-2-x", "release--1-x", "drop-2-{}", "release-3-{}", "release-2-{}-x"]
)
def test_whatever_else_is_given_confirms_nothing(given: str) -> None:
    shown = in_order([kept(1), kept(2)])
    digest = token_of("release", shown).split("-")[2]
    with pytest.raises(InvalidRecord, match="look once more"):
        confirmed(given.format(digest), "release", shown)


def test_it_confirms_nothing_if_some_of_them_are_gone_or_were_sent_once_more() -> None:
    one, two = in_order([kept(1), kept(2)])
    token = token_of("drop", [one, two])
    again = two.entry.changed(delivery=two.entry.delivery.changed(cycle=1))
    for now in ([one], [one, kept(3)], [one, two._replace(entry=again)]):
        with pytest.raises(InvalidRecord):
            confirmed(token, "drop", now)


def test_it_tells_how_the_legal_clock_stands() -> None:
    shown = in_order([kept(1, due_at=NOW - DAY), kept(2, due_at=NOW + DAY)])
    told = summary(shown, NOW)
    assert (told["deliveries"], told["actions"], told["people"], told["overdue"]) == (2, {"delete": 2}, 2, 1)
    assert told["next_due"] == facts(shown[0], NOW)["due_at"]
    assert [facts(one, NOW)["overdue"] for one in shown] == [True, False]
