"""Braze: calls for several people, whose answer says nothing of each of them.

Answers: https://www.braze.com/docs/api/errors/
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from processors.vendors import batches
from processors.vendors.base import Answer, Call, Reply, Result, Step, all_good, gravest
from processors.vendors.batches import chunks
from schemas.errors import VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

AT_ONCE = 50
"""Addresses or ids in one call, of every endpoint that takes several."""
GOOD = frozenset({200, 201})
ALL_EMAIL = ""
"""Instead of a group: the status of all e-mail."""
Share = tuple[str, str]
"""Whose it is (delivery_id), and an address or a profile's id."""
Part = tuple[Call, tuple[str, ...]]
"""A call, and whose each line in it is."""


def sets(shares: Mapping[str, Sequence[Share]], state: str) -> list[Part]:
    """What brings everybody's addresses into this state, group → whose."""
    return [part for target, some in shares.items() for part in _parts(some, partial(_set, target, state))]


def deletions(shares: Sequence[Share]) -> list[Part]:
    """What deletes these profiles."""
    return _parts(
        shares, lambda ids: Call("POST", "/users/delete", json={"braze_ids": ids}, expect=GOOD, api="delete")
    )


def carry_out(parts: Sequence[Part]) -> Generator[Step, Any, dict[str, list[Answer]]]:
    """What became of each person's calls."""
    return batches.carry_out(parts, _read)


def accepted(answers: Sequence[Answer], *more: str) -> Result | VendorError:
    """What one person's calls come to: Braze has taken them in, and that is all it says. more: said besides."""
    error = gravest(answer for answer in answers if isinstance(answer, VendorError))
    detail = ", ".join(("unconfirmed", *more))
    return error or Result("accepted", evidence=all_good(answers)[-1].evidence(detail=detail))


def taken_in(answer: Answer, profiles: int = 0) -> Answer:
    """The answer, if it says that the request was taken in. profiles: that were to be deleted.

    Of a deletion `deleted` is all that is documented: what says how many are queued has been taken in without a word.
    """
    if isinstance(answer, VendorError):
        return answer
    about: dict[str, Any] = {"status": answer.status, "response_sha256": answer.sha256}
    try:
        body = answer.json()
    except VendorError as error:
        return error
    if ("message" in body or not profiles) and body["message"] != "success":
        return VendorUnavailable("not_taken_in", **about)
    if body.get("errors"):  # besides a success: of some it was not taken in, and of whom is not said
        return VendorRefused("errors_in_answer", **about)
    if profiles and int(body["deleted"]) < profiles:
        return VendorUnavailable("fewer_queued_than_asked", lane_wide=False, **about)
    return answer


def _read(call: Call, reply: Reply, lines: int) -> Sequence[Answer]:
    return all_good([taken_in(reply, len(call.json.get("braze_ids", ())))]) * lines


def _parts(shares: Sequence[Share], call: Callable[[list[str]], Call]) -> list[Part]:
    """As many calls as have room for all of these."""
    return [
        (call(list(dict.fromkeys(name for _, name in some))), tuple(who for who, _ in some))
        for some in chunks(shares, AT_ONCE)
    ]


def _set(target: str, state: str, emails: list[str]) -> Call:
    if target == ALL_EMAIL:
        body: dict[str, Any] = {"email": emails, "subscription_state": state}
        return Call("POST", "/email/status", json=body, expect=GOOD, api="status")
    group = {"subscription_group_id": target, "subscription_state": state, "emails": emails}
    body = {"subscription_groups": [group]}
    return Call("POST", "/v2/subscription/status/set", json=body, expect=GOOD, api="groups")
