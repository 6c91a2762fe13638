"""Mailchimp Marketing API 3.0: members of audiences, by the MD5 of their address.

Reference: https://mailchimp.com/developer/marketing/api/list-members/
Members by hash, 404 for who isn't on the list: guide "Manage Contacts with the Mailchimp API" (link in `evidence`).
Errors: https://mailchimp.com/developer/marketing/docs/errors/
Calls and bodies: github.com/mailchimp/mailchimp-marketing-python 3305fa4 (API 3.0.80), `lists_api.py`.

A member who was archived still is one, with everything: for an erasure only `delete-permanent` is called. Who was so
deleted can't be brought back by any call, and who unsubscribed or bounced not as `subscribed`: a grant is `pending`,
Mailchimp mails the person a link.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from processors.vendors.base import Call, Instruction, Reply, Result, Script, Vendor, all_good
from processors.vendors.capability import Capability
from processors.vendors.later import Undone
from processors.vendors.mailchimp_members import MAILED, look_up, member, places, status_of, title
from processors.vendors.mailing_lists import ListOptions
from processors.vendors.second_look import noted_first
from processors.vendors.words import word
from schemas.errors import SetupError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.vendors.base import ReadBackScript
    from schemas.records import Action

_READ_BACK_S = 3600.0
_DATA_CENTRE = r"[a-z]{2,4}\d{1,3}"
_BY_HAND = {
    "Member In Compliance State": "compliance_state",
    "Forgotten Email Not Subscribed": "permanently_deleted",
}
"""Titles of refusals that only the person can lift, by Mailchimp's own form."""


class MailchimpOptions(ListOptions):
    """`data_centre`: what the API key ends with, `us21`. A list is an audience, its id is in its settings."""

    data_centre: str = Field(pattern=f"^{_DATA_CENTRE}$")


class Mailchimp(Vendor):
    name = "mailchimp"
    title = "Mailchimp"
    docs = "https://mailchimp.com/developer/marketing/api/"
    base_url = "https://{data_centre}.api.mailchimp.com"
    channels = ("email",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            closing="accepted",
            says="makes the address pending on the purpose's audience: Mailchimp mails a link to follow",
        ),
        "withdraw": Capability(
            read_back_s=_READ_BACK_S,
            says="unsubscribes from the purpose's audience; for all purposes from every audience of the connection",
        ),
        "delete": Capability(
            idempotent=False,
            read_back_s=_READ_BACK_S,
            says="deletes the member permanently from every audience of the connection; never archives",
        ),
    }
    identifies_by = ("email",)
    auth = "basic"  # any user name; the password is the API key
    limits = ()
    concurrency = 10
    documented: ClassVar[Mapping[int, str]] = {
        400: "a refusal, which one its title says",
        404: "no member of that audience, or no such audience",
    }
    traps = (
        "who was permanently deleted comes back only by Mailchimp's own form: a later grant becomes a task",
        "archiving (DELETE of a member) keeps everything: it is never called",
        "audiences that the connection doesn't name are not touched: other_lists takes those without a purpose",
    )
    evidence = (
        ("S", "mailchimp/mailchimp-marketing-python@3305fa4 (API 3.0.80) lists_api.py"),
        (
            "D",
            "https://developer.mailchimp.com/documentation/mailchimp/guides/manage-subscribers-with-the-mailchimp-api/",
        ),
        ("D", "https://mailchimp.com/developer/marketing/docs/errors/"),
        (
            "C",
            "recorded answers: grouparoo/grouparoo, plugins/@grouparoo/mailchimp/__tests__/fixtures",
        ),
        (
            "T",
            "api-evangelist/mailchimp@649b1e6 rate-limits: 10 connections, quoted from docs/fundamentals",
        ),
    )
    unverified = (
        "that a pending or archived member can be set to unsubscribed",
        "that a 404 of a member is the same document as a 404 of an audience: both are asked",
    )
    options_type: ClassVar[type[ListOptions]] = MailchimpOptions
    example: ClassVar[Mapping[str, Any]] = {"data_centre": "us21", "lists": {"newsletter": "a1b2c3d4e5"}}
    options: MailchimpOptions

    def check_secrets(self, secrets: Mapping[str, str]) -> None:
        _, _, suffix = secrets["password"].rpartition("-")
        if re.fullmatch(_DATA_CENTRE, suffix) and suffix != self.options.data_centre:
            raise SetupError(
                "password: the key is of another data centre than the option data_centre",
                remedy="give the data centre that the key ends with",
            )

    def grant(self, instruction: Instruction) -> Script:
        """Who is subscribed or was asked already is left alone: a second try must not mail a second time."""
        self.options.require_all(instruction)
        asked = places(instruction.need("email"), self.options.of(instruction))
        found = yield from look_up(asked)
        due = [place for place in asked if found.members.get(place) not in MAILED]
        replies = all_good((yield tuple(_put(place, asked[place]) for place in due))) if due else []
        for reply in replies:
            if reply.status == 400 and title(reply) in _BY_HAND:  # noqa: PLR2004
                return Result("manual_task", _BY_HAND[title(reply)], reply.evidence())
            _require(reply, good=reply.status == 200 and status_of(reply) in MAILED)  # noqa: PLR2004
        last = replies[-1] if replies else found.last
        if not due and set(found.members.values()) == {"subscribed"}:
            return Result("executed", evidence=last.evidence(detail="subscribed_already"))
        return Result("accepted", evidence=last.evidence(detail="pending_opt_in"))

    def withdraw(self, instruction: Instruction) -> Script:
        found = yield from look_up(places(instruction.need("email"), self.options.of(instruction)))
        body = {"status": "unsubscribed"}
        changes = tuple(member("PATCH", one, json=body, expect=(200, 404)) for one in found.members)
        replies = all_good((yield changes)) if changes else []
        for reply in replies:
            _require_still_there(reply)
            _require(reply, good=status_of(reply) not in MAILED)
        self.options.require_all(instruction)
        if not replies:
            return Result("no_match", evidence=found.last.evidence())
        return Result("executed", evidence=replies[-1].evidence(detail=f"audiences={len(replies)}"))

    def delete(self, instruction: Instruction) -> Script:
        found = yield from look_up(places(instruction.need("email"), self.options.every_list))
        due = yield from noted_first(instruction, found.members)
        if not due:
            return Result("no_match", evidence=found.last.evidence())
        erase = tuple(
            member("POST", one, tail="/actions/delete-permanent", expect=(204, 404)) for one in found.members
        )
        replies = all_good((yield erase)) if erase else [found.last]
        for reply in replies if erase else ():
            _require_still_there(reply)
        return Result("executed", evidence=replies[-1].evidence(detail=f"audiences={len(due)}"))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        audiences = self.options.every_list if instruction.action == "delete" else self.options.of(instruction)
        found = yield from look_up(places(instruction.need("email"), audiences))
        about: dict[str, Any] = {"status": found.last.status, "response_sha256": found.last.sha256}
        if instruction.action == "delete" and found.members:
            return Undone(VendorRefused("found_again", **about))
        if MAILED & set(found.members.values()):
            return Undone(VendorRefused("subscribed_again", **about))
        return Result("verified", evidence=found.last.evidence(detail=f"audiences={len(found.members)}"))

    def probe(self) -> Call:
        return Call("GET", f"/3.0/lists/{self.options.every_list[0]}", params={"fields": "id"})

    def rehearse(self, call: Call) -> Reply:
        if call.path.endswith("/delete-permanent"):
            return Reply(204)
        body = call.json or {"status": "unsubscribed"}
        return Reply(200, {}, json.dumps({"status": body["status"]}).encode())


def _put(place: str, email: str) -> Call:
    body = {"email_address": email, "status_if_new": "pending", "status": "pending"}
    return member("PUT", place, json=body, expect=(200, 400))


def _require_still_there(reply: Reply) -> None:
    """Found a moment ago, unknown now: looked up again it will show whether the audience is there at all."""
    if reply.status == 404:  # noqa: PLR2004
        raise VendorUnavailable("member_gone_meanwhile", status=reply.status, response_sha256=reply.sha256)


def _require(reply: Reply, *, good: bool) -> None:
    if not good:
        reason = word(title(reply).replace(" ", "_")) if reply.status != 200 else "status_not_taken"  # noqa: PLR2004
        raise VendorRefused(reason, status=reply.status, response_sha256=reply.sha256)
