"""Braze, asked later: whether the profiles are gone, and how they stand towards e-mail and groups.

Groups of a person: https://www.braze.com/docs/api/endpoints/subscription_groups/get_list_user_subscription_groups/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Result, all_good
from processors.vendors.braze.calls import GOOD, taken_in
from processors.vendors.braze.people import look_up
from processors.vendors.later import Undone
from processors.vendors.shapes import rows
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from processors.vendors.base import Instruction, ReadBackScript, Reply
    from processors.vendors.mailing_lists import ListOptions


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
    answers = yield tuple(
        Call("GET", "/subscription/user/status", params={"email": email}, expect=GOOD, api="status")
        for email in emails
    )
    replies = all_good([taken_in(answer) for answer in answers])
    if any(state != "unsubscribed" for state in _states(replies, options.of(instruction))):
        return _undone("not_unsubscribed", replies[-1])
    return Result("verified", evidence=replies[-1].evidence(detail=f"profiles={len(found.ids)}"))


def _states(replies: Iterable[Reply], groups: Collection[str]) -> Iterable[str]:
    """How each profile stands towards the groups that it is listed for; towards others it is unsubscribed."""
    for reply in replies:
        for user in rows(reply.json(), "users"):
            yield from (g["status"].lower() for g in rows(user, "subscription_groups") if g["id"] in groups)


def _undone(reason: str, reply: Reply) -> Undone:
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    return Undone(VendorRefused(reason, **about))
