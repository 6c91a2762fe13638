"""Braze, asked later: whether the profiles are gone, and how they stand towards e-mail and groups.

Groups of a person: https://www.braze.com/docs/api/endpoints/subscription_groups/get_list_user_subscription_groups/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Result, Step, all_good
from processors.vendors.braze.calls import GOOD, taken_in
from processors.vendors.braze.people import look_up
from processors.vendors.later import Undone
from processors.vendors.shapes import rows
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Sequence

    from processors.vendors.base import Instruction, ReadBackScript
    from processors.vendors.mailing_lists import ListOptions

_PAGE, _LAST_PAGE = 100, 10


def read_back(instruction: Instruction, options: ListOptions) -> ReadBackScript:
    emails = instruction.need("email")
    found = (yield from look_up({instruction.delivery_id: emails}))[instruction.delivery_id]
    if found.error is not None:
        raise found.error
    assert found.reply is not None  # noqa: S101 - without an answer there is an error
    if not found.ids:
        return Result("verified", evidence=found.reply.evidence(detail="not_found"))
    if instruction.action == "delete":
        return _undone("found_again", found.reply)
    if instruction.all_purposes and any(state != "unsubscribed" for state in found.mail):
        return _undone("not_unsubscribed", found.reply)
    replies = yield from _standing(emails)
    if any(state != "unsubscribed" for state in _states(replies, options.of(instruction))):
        return _undone("not_unsubscribed", replies[-1])
    return Result("verified", evidence=replies[-1].evidence(detail=f"profiles={len(found.ids)}"))


def _standing(emails: Sequence[str]) -> Generator[Step, Any, list[Reply]]:
    """What says how each profile stands towards groups. A page has 100 of those that share an address."""
    replies: list[Reply] = []
    pages = [(email, 0) for email in emails]
    for _ in range(_LAST_PAGE):
        answers = yield tuple(_page(email, at) for email, at in pages)
        said = all_good([taken_in(answer) for answer in answers])
        replies += said
        ends = zip(pages, said, strict=True)
        pages = [(email, at + _PAGE) for (email, at), one in ends if len(rows(one.json(), "users")) >= _PAGE]
        if not pages:
            return replies
    raise VendorRefused("more_than_1000_profiles", status=replies[-1].status, response_sha256=replies[-1].sha256)


def _page(email: str, at: int) -> Call:
    params = {"email": email, "limit": str(_PAGE), "offset": str(at)} if at else {"email": email}
    return Call("GET", "/subscription/user/status", params=params, expect=GOOD, api="status")


def _states(replies: Iterable[Reply], groups: Collection[str]) -> Iterable[str]:
    """How each profile stands towards the groups that it is listed for; towards others it is unsubscribed."""
    for reply in replies:
        for user in rows(reply.json(), "users"):
            yield from (g["status"].lower() for g in rows(user, "subscription_groups") if g["id"] in groups)


def _undone(reason: str, reply: Reply) -> Undone:
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    return Undone(VendorRefused(reason, **about))
