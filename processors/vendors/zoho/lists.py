"""Zoho's two products with mailing lists, Campaigns and Marketing Automation: the same calls under other names.

Every answer is HTTP 200 and tells its outcome in `code`. No call reads or deletes one person.
Codes: https://www.zoho.com/campaigns/help/developers/error-codes.html
and https://www.zoho.com/marketingautomation/help/developers/error-codes.html
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from processors.vendors.base import Call, Instruction, Options, Reply, Result, Script, Step, all_good
from processors.vendors.mailing_lists import require_all
from processors.vendors.words import word
from processors.vendors.zoho.accounts import Zoho, ZohoOptions
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Hashable, Mapping, Sequence

LOCKED_S = 1800.0
_PASSING = {"500", "2001", "2101", "2104"}
_LIMIT = "2008"
_NO_ENTRY = {"401", "901", "902", "906", "1007", "2701", "2704", "6304", "6601"}
_BAD_LIST = {"2002", "2102", "2206", "2501"}
_UNKNOWN_CONTACT = "2103"
_ON_LIST_ALREADY = "2003"
_DO_NOT_MAIL = "2006"


class ListsOptions(ZohoOptions):
    """`lists`: purpose → key of the mailing list that stands for it."""

    lists: dict[str, str] = Field(min_length=1)

    @property
    def switches(self) -> Mapping[str, Collection[Hashable]]:
        return {purpose: (one,) for purpose, one in self.lists.items()}


class ZohoLists(Zoho):
    """root: where the calls are; person: what one is called there, in the verb of do-not-mail and in fields."""

    root: ClassVar[str]
    person: ClassVar[str]
    channels = ("email",)
    per_purpose = True
    identifies_by = ("email",)
    options_type: ClassVar[type[Options]] = ListsOptions
    example: ClassVar[Mapping[str, Any]] = {"lists": {"newsletter": "LIST-KEY"}}
    options: ListsOptions

    @property
    def apis(self) -> tuple[str, ...]:
        return "listsubscribe", "listunsubscribe", self._never

    def grant(self, instruction: Instruction) -> Script:
        require_all(instruction.purposes, self.options.lists, "list")
        replies = all_good((yield self._calls("listsubscribe", instruction)))
        last = replies[-1]
        if any(_in_do_not_mail(reply) for reply in replies):
            return Result("manual_task", "do_not_mail_in_force", last.evidence())
        _require(replies, "0", _ON_LIST_ALREADY)
        return Result("accepted", evidence=last.evidence(detail="pending_opt_in"))

    def withdraw(self, instruction: Instruction) -> Script:
        if instruction.all_purposes:
            reply = yield from self._do_not_mail(instruction)
            return Result("executed", evidence=reply.evidence(detail="do_not_mail"))
        replies = all_good((yield self._calls("listunsubscribe", instruction)))
        _require(replies, "0", _UNKNOWN_CONTACT)
        require_all(instruction.purposes, self.options.lists, "list")
        known = any(_code(reply) == "0" for reply in replies)
        return Result("executed" if known else "no_match", evidence=replies[-1].evidence())

    def delete(self, instruction: Instruction) -> Script:
        reply = yield from self._do_not_mail(instruction)
        return Result("manual_task", "no_delete_call", reply.evidence(detail="do_not_mail"))

    def fault(self, reply: Reply) -> VendorError | None:
        about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
        code, message = _said(reply)
        unexplained = reply.status == HTTPStatus.TOO_MANY_REQUESTS and "retry-after" not in reply.headers
        if unexplained or code == _LIMIT or b"THROTTLES_LIMIT_EXCEEDED" in reply.body:
            return VendorUnavailable("locked_out", retry_after=LOCKED_S, too_fast=True, **about)
        if code in _NO_ENTRY or message.startswith("Unauthorized request"):
            return VendorAuthRejected(f"zoho_{word(code)}", **about)
        return VendorUnavailable(f"zoho_{word(code)}", **about) if code in _PASSING else None

    def rehearse(self, call: Call) -> Reply:
        del call
        return Reply(200, {}, b'{"code":"0","status":"success","message":"rehearsed"}')

    @property
    def _never(self) -> str:
        return f"{self.person.lower()}donotmail"

    def _call(self, verb: str, email: str, more: Mapping[str, str]) -> Call:
        who = _who(f"{self.person} Email", email)
        form = {"resfmt": "JSON", **more, f"{self.person.lower()}info": who}
        return Call("POST", f"{self.root}/json/{verb}", form=form, api=verb)

    def _do_not_mail(self, instruction: Instruction) -> Generator[Step, Any, Reply]:
        calls = tuple(self._call(self._never, email, {}) for email in instruction.need("email"))
        replies = all_good((yield calls))
        _require(replies, "0")
        return replies[-1]

    def _calls(self, verb: str, instruction: Instruction) -> tuple[Call, ...]:
        keys = [self.options.lists[p] for p in instruction.purposes if p in self.options.lists]
        return tuple(self._call(verb, email, {"listkey": key}) for email in instruction.need("email") for key in keys)


def _who(field: str, email: str) -> str:
    """Documented is `{Contact Email:x}` without any quoting; JSON is read as well, and safer.

    Raises:
        VendorRefused: the address has a sign that one of the two would read as its own.

    """
    if re.search(r'[\s{}\[\],:"\\]', email):
        raise VendorRefused("identity_not_encodable")
    return json.dumps({field: email}, ensure_ascii=False)


def _said(reply: Reply) -> tuple[str, str]:
    """An answer's code and message; empty where it has none."""
    try:
        answer = json.loads(reply.body)
        return str(answer["code"]), str(answer.get("message"))
    except (ValueError, TypeError, KeyError, AttributeError):
        return "", ""


def _code(reply: Reply) -> str:
    return str(reply.json()["code"])  # documented as text, seen as number


def _in_do_not_mail(reply: Reply) -> bool:
    # Only the sister product Marketing Automation documents a code for it; so the message counts as well.
    return _code(reply) == _DO_NOT_MAIL or "do-not-mail" in str(reply.json().get("message")).lower()


def _require(replies: Sequence[Reply], *good: str) -> None:
    for reply in replies:
        code = _code(reply)
        about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
        if code in _BAD_LIST:
            # The list key is configuration: every person would fail, so the lane stops and nobody is blamed.
            raise VendorAuthRejected("list_key_rejected", **about)
        if code not in good:
            raise VendorRefused(f"zoho_{word(code)}", **about)
