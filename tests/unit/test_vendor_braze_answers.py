"""Braze documents of a deletion's answer how many profiles it has queued, and no `message`.

https://www.braze.com/docs/api/endpoints/user_data/post_user_delete/#response
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import EMAIL, instruction, play, reply, vendor

from processors.vendors.base import Call, Reply, Result

if TYPE_CHECKING:
    from collections.abc import Callable

BRAZE = vendor("braze", cluster="fra-01.braze.eu", lists={"news": "g-news"})


def says(body: Any) -> Callable[[Call], Reply]:
    """What a deletion is answered with; one profile has the address."""
    found = {"message": "success", "users": [{"braze_id": "b-1", "email": EMAIL}]}
    return lambda call: reply(body if call.path == "/users/delete" else found, 201)


def test_a_deletion_is_taken_in_where_braze_says_no_more_than_is_documented() -> None:
    came = play(BRAZE.batch_script([instruction("delete")]), says({"deleted": 1})).result["d1"]
    assert isinstance(came, Result)
    assert came.outcome == "accepted"


@pytest.mark.parametrize(
    ("body", "reason"),
    [({"deleted": 0}, "fewer_queued_than_asked"), ({"deleted": 1, "message": "no"}, "not_taken_in")],
)
def test_a_deletion_that_says_otherwise_is_none(body: dict[str, Any], reason: str) -> None:
    assert play(BRAZE.batch_script([instruction("delete")]), says(body)).result["d1"].reason == reason


@pytest.mark.parametrize("body", [{}, {"message": "success"}])
def test_without_a_number_nothing_says_that_anybody_is_queued(body: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        play(BRAZE.batch_script([instruction("delete")]), says(body))


def test_a_change_without_a_message_is_not_taken_for_one() -> None:
    with pytest.raises(KeyError):
        play(BRAZE.batch_script([instruction("withdraw")]), lambda _: reply({}, 201))
