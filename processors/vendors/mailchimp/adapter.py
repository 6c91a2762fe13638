"""Mailchimp: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Instruction, Reply, Result, Script, all_good
from processors.vendors.later import Undone
from processors.vendors.mailchimp.facts import MailchimpFacts
from processors.vendors.mailchimp.members import MAILED, WITHOUT_FIELDS, look_up, member, places, status_of, title
from processors.vendors.second_look import noted_first, seen
from processors.vendors.words import word
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import ReadBackScript

_BY_HAND = {
    "Member In Compliance State": "compliance_state",
    "Forgotten Email Not Subscribed": "permanently_deleted",
}
"""Titles of refusals that only the person can lift, by Mailchimp's own form."""
_FOR_NOW = b"signed up to a lot of lists very recently"
"""Of a refusal that has no title of its own: issue 506 of ibericode/mailchimp-for-wordpress, and others."""


class Mailchimp(MailchimpFacts):
    name = "mailchimp"

    def grant(self, instruction: Instruction) -> Script:
        """Who is subscribed or was asked already is left alone: a second try must not mail a second time."""
        self.options.require_all(instruction)
        asked, odd = places(instruction, self.options.of(instruction))
        found = yield from look_up(asked)
        due = [place for place in asked if found.members.get(place) not in MAILED]
        replies = all_good((yield tuple(_put(place, asked[place]) for place in due))) if due else []
        for reply in replies:
            if reply.status == 400 and title(reply) in _BY_HAND:  # noqa: PLR2004
                return Result("manual_task", _BY_HAND[title(reply)], reply.evidence())
            _require(reply, good=reply.status == 200 and status_of(reply) in MAILED)  # noqa: PLR2004
        if odd is not None:
            raise odd
        last = replies[-1] if replies else found.last
        if not due and set(found.members.values()) == {"subscribed"}:
            return Result("executed", evidence=last.evidence(detail="subscribed_already"))
        return Result("accepted", evidence=last.evidence(detail="pending_opt_in"))

    def withdraw(self, instruction: Instruction) -> Script:
        asked, odd = places(instruction, self.options.of(instruction))
        found = yield from look_up(asked)
        body = {"status": "unsubscribed"}
        changes = tuple(
            member("PATCH", one, params=WITHOUT_FIELDS, json=body, expect=(200, 404)) for one in found.members
        )
        replies = all_good((yield changes)) if changes else []
        for reply in replies:
            _require_still_there(reply)
            _require(reply, good=status_of(reply) not in MAILED)
        self.options.require_all(instruction)
        if odd is not None:
            raise odd
        if not replies:
            return Result("no_match", evidence=found.last.evidence())
        return Result("executed", evidence=replies[-1].evidence(detail=f"audiences={len(replies)}"))

    def delete(self, instruction: Instruction) -> Script:
        asked, odd = places(instruction, self.options.every_list)
        found = yield from look_up(asked)
        due = yield from noted_first(instruction, found.members)
        if not due and odd is None:
            return Result("no_match", evidence=found.last.evidence())
        erase = tuple(
            member("POST", one, tail="/actions/delete-permanent", expect=(204, 404)) for one in found.members
        )
        replies = all_good((yield erase)) if erase else [found.last]
        for reply in replies if erase else ():
            _require_still_there(reply)
        if odd is not None:
            raise odd
        return Result("executed", evidence=replies[-1].evidence(detail=seen("audiences", len(erase), len(due))))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        audiences = self.options.every_list if instruction.action == "delete" else self.options.of(instruction)
        asked, _ = places(instruction, audiences)
        found = yield from look_up(asked)
        about: dict[str, Any] = {"status": found.last.status, "response_sha256": found.last.sha256}
        if instruction.action == "delete" and found.members:
            return Undone(VendorRefused("found_again", **about))
        if MAILED & set(found.members.values()):
            return Undone(VendorRefused("subscribed_again", **about))
        return Result("verified", evidence=found.last.evidence(detail=f"audiences={len(found.members)}"))


def _put(place: str, email: str) -> Call:
    body = {"email_address": email, "status_if_new": "pending", "status": "pending"}
    return member("PUT", place, params=WITHOUT_FIELDS, json=body, expect=(200, 400))


def _require_still_there(reply: Reply) -> None:
    """Found a moment ago, unknown now: looked up again it will show whether the audience is there at all."""
    if reply.status == 404:  # noqa: PLR2004
        raise VendorUnavailable("member_gone_meanwhile", status=reply.status, response_sha256=reply.sha256)


def _require(reply: Reply, *, good: bool) -> None:
    if not good and _FOR_NOW in reply.body:
        told: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
        raise VendorUnavailable("too_many_signups_for_now", lane_wide=False, **told)
    if not good:
        reason = word(title(reply).replace(" ", "_")) if reply.status != 200 else "status_not_taken"  # noqa: PLR2004
        raise VendorRefused(reason, status=reply.status, response_sha256=reply.sha256)
