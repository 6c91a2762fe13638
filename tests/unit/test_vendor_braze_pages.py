"""Braze tells of at most 100 profiles at a time how they stand towards groups.

https://www.braze.com/docs/api/endpoints/subscription_groups/get_list_user_subscription_groups/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vendor_support import EMAIL, instruction, play, reply, vendor

from processors.vendors.base import Call, Result
from processors.vendors.later import Undone
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.vendors.base import Answer

BRAZE = vendor("braze", cluster="fra-01.braze.eu", lists={"news": "g-news"})


def of_many(profiles: int, last: str) -> Callable[[Call], Answer]:
    """So many profiles share the address; the last one stands otherwise."""
    states = ["Unsubscribed"] * (profiles - 1) + [last]

    def answer(call: Call) -> Answer:
        users: list[dict[str, Any]] = [{"braze_id": f"b-{n}", "email": EMAIL} for n in range(profiles)]
        if call.method == "GET":
            at = int(call.params.get("offset", 0))
            users = [
                {"email": EMAIL, "subscription_groups": [{"id": "g-news", "status": state}]}
                for state in states[at : at + 100]
            ]
        return reply({"message": "success", "users": users, "total_count": profiles})

    return answer


def asked(played: Any) -> list[str | None]:
    return [call.params.get("offset") for call in played.calls if call.method == "GET"]


def test_every_page_of_the_profiles_is_read() -> None:
    left = play(BRAZE.read_back(instruction("withdraw")), of_many(101, "Subscribed"))
    assert isinstance(left.result, Undone)
    assert (asked(left), left.result.error.reason) == ([None, "100"], "not_unsubscribed")
    done = play(BRAZE.read_back(instruction("withdraw")), of_many(201, "Unsubscribed"))
    assert isinstance(done.result, Result)
    assert (asked(done), done.result.outcome) == ([None, "100", "200"], "verified")
    assert asked(play(BRAZE.read_back(instruction("withdraw")), of_many(99, "Unsubscribed"))) == [None]


def test_pages_that_never_end_are_given_up() -> None:
    def answer(call: Call) -> Answer:
        return of_many(100, "Unsubscribed")(Call(call.method, call.path))

    played = play(BRAZE.read_back(instruction("withdraw")), answer)
    assert (type(played.result), played.result.reason) == (VendorRefused, "more_than_1000_profiles")
    assert len(asked(played)) == 10
