"""Intercom: users and leads by e-mail address, and their subscriptions.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts
Calls and answers as in intercom/Intercom-OpenAPI at 8889625, descriptions/2.16/api.intercom.io.yaml. Limits, with
their headers: https://developers.intercom.com/docs/references/2.17/rest-api/errors/rate-limiting

A person may be several contacts, a user and leads. Their conversations go with them; tickets and ratings don't.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from processors.vendors.base import Call, Instruction, Options, Reply, Result, Script, Vendor
from processors.vendors.capability import Capability
from processors.vendors.intercom_contacts import erase, is_unsubscribed, look_up, refused, unsubscribe
from processors.vendors.intercom_subscriptions import choose, is_out, kinds_of
from processors.vendors.later import Undone
from processors.vendors.mailing_lists import require_all
from processors.vendors.one_by_one import each
from processors.vendors.second_look import look_again, noted, noted_first
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from processors.vendors.base import ReadBackScript, Step
    from processors.vendors.intercom_contacts import Found
    from schemas.records import Action

_READ_BACK_S = 3600.0
_OPENAPI = "intercom/Intercom-OpenAPI@8889625 descriptions/2.16/api.intercom.io.yaml"


class IntercomOptions(Options):
    """`region`: where the workspace's data are. subscriptions: purpose → id of the subscription type for it.

    external_id: type of the identity that Intercom has as `external_id`, if it has one.
    search_lag_s: whom the search doesn't find is looked up again after so many s (above 25 the person is parked
    meanwhile); 0: one look is enough.
    """

    region: Literal["us", "eu", "au"] = "us"
    subscriptions: dict[str, Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]] = Field(min_length=1)
    external_id: str | None = None
    search_lag_s: float = Field(default=20.0, ge=0, le=600)


class Intercom(Vendor):
    name = "intercom"
    title = "Intercom"
    docs = "https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts"
    base_url = "https://api.intercom.io"
    channels = ("email",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            says="opts every contact with the address into the purpose's type; creates nobody, and only a grant of "
            "all its purposes turns mail on again for who is unsubscribed from all of it: else that is a task"
        ),
        "withdraw": Capability(
            read_back_s=_READ_BACK_S,
            says="opts every contact with the address out of the purpose's type, or unsubscribes it from all mail",
        ),
        "delete": Capability(
            idempotent=False,
            read_back_s=_READ_BACK_S,
            says="deletes every contact with the address, users and leads, with their conversations",
        ),
    }
    identifies_by = ("email",)
    auth = "bearer"
    headers: ClassVar[Mapping[str, str]] = {"Intercom-Version": "2.16"}
    limits = (Window(calls=1666, seconds=10, together=True),)
    documented: ClassVar[Mapping[int, str]] = {
        404: "no such contact (any more)",
        410: "merged into another contact, to which `Link` leads",
    }
    traps = (
        "a subscription type means the opposite when it is opt_in: its kind is asked each time",
        "a contact that was merged answers 410: whom it was merged into is meant",
        "archive keeps everything and ends when the person logs in: it is never called",
        "a contact made minutes ago may not be found",
        "the wrong region answers as a wrong token does",
        "tickets and ratings stay when their contact is deleted",
    )
    evidence = (
        ("S", _OPENAPI),
        ("D", "https://developers.intercom.com/docs/references/2.17/rest-api/errors/rate-limiting"),
        ("D", "https://www.intercom.com/help/en/articles/1815435"),
        ("T", "https://www.eesel.ai/blog/intercom-api-rate-limits"),
    )
    unverified = (
        "the limit of 10,000 calls a minute: the headers of each answer say the real one",
        "that changing, deleting and subscribing a merged contact answer 410 as reading does",
        "that deleting a contact which is gone answers 404",
    )
    checked = f"calls and the sandbox's answers by reading {_OPENAPI}"
    options_type = IntercomOptions
    example: ClassVar[Mapping[str, Any]] = {"subscriptions": {"newsletter": "91"}}
    options: IntercomOptions

    @property
    def url(self) -> str:
        region = self.options.region
        return self.base_url if region == "us" else self.base_url.replace("api.", f"api.{region}.")

    def grant(self, instruction: Instruction) -> Script:
        require_all(instruction.purposes, self.options.subscriptions, "subscription")
        found = yield from self._look_up(instruction)
        if not found.ids:
            return Result("no_match", evidence=found.reply.evidence())
        kinds = yield from kinds_of(self._types(instruction))
        # `all_purposes` leaves out what needs a grant by name: only this says that nothing stays withdrawn.
        is_everything = set(self.options.subscriptions) == set(instruction.purposes)
        are_off = []
        for contact in sorted(found.ids):
            yield from choose([contact], kinds, out=False)
            if is_everything:
                yield from unsubscribe(contact, out=False)
            are_off.append((yield from is_unsubscribed(contact)))
        evidence = are_off[-1][1].evidence(detail=f"contacts={len(are_off)}")
        if any(is_off for is_off, _ in are_off):
            return Result("manual_task", "unsubscribed_from_all", evidence)
        return Result("executed", evidence=evidence)

    def withdraw(self, instruction: Instruction) -> Script:
        found = yield from self._look_up(instruction)
        if not found.ids:
            return Result("no_match", evidence=found.reply.evidence())
        kinds = {} if instruction.all_purposes else (yield from kinds_of(self._types(instruction)))
        if instruction.all_purposes:
            replies = yield from each(sorted(found.ids), partial(unsubscribe, out=True))
        else:
            replies = yield from choose(sorted(found.ids), kinds, out=True)
            require_all(instruction.purposes, self.options.subscriptions, "subscription")
        return Result("executed", evidence=replies[-1].evidence(detail=f"contacts={len(found.ids)}"))

    def delete(self, instruction: Instruction) -> Script:
        """Not to be repeated blindly: the search may already hide whom an earlier try was about."""
        found = yield from self._look_up(instruction)
        contacts = yield from noted_first(instruction, found.ids)
        if not contacts:
            return Result("no_match", evidence=found.reply.evidence())
        replies = yield from each(contacts, erase)
        return Result("executed", evidence=replies[-1].evidence(detail=f"contacts={len(contacts)}"))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        found = yield from look_up(self._fields(instruction))
        if instruction.action == "delete":
            if found.ids:
                return Undone(refused("found_again", found.reply))
            return Result("verified", evidence=found.reply.evidence(detail="not_found"))
        kinds = {} if instruction.all_purposes else (yield from kinds_of(self._types(instruction)))
        for contact in sorted(found.ids):
            off, reply = yield from is_unsubscribed(contact)
            if not off and kinds:
                off, reply = yield from is_out(contact, kinds)
            if not off:
                return Undone(refused("not_opted_out", reply))
        return Result("verified", evidence=found.reply.evidence(detail=f"contacts={len(found.ids)}"))

    def probe(self) -> Call:
        return Call("GET", "/me")

    def rehearse(self, call: Call) -> Reply:
        if call.path == "/contacts/search":
            field = call.json["query"]
            body: Any = {"data": [{"id": "CONTACT-ID", field["field"]: field["value"]}]} if "field" in field else {}
        elif call.path == "/subscription_types":
            body = {"data": [{"id": one, "consent_type": "opt_out"} for one in self.options.subscriptions.values()]}
        elif call.method == "GET" and call.path.endswith("/subscriptions"):
            body = {"data": []}
        else:
            body = {"unsubscribed_from_emails": False, "deleted": True, **(call.json or {})}
        return Reply(200, {}, json.dumps(body).encode())

    def _look_up(self, instruction: Instruction) -> Generator[Step, Any, Found]:
        """The person's contacts; whom a first look doesn't find is left for a second one."""
        found = yield from look_up(self._fields(instruction))
        if not found.ids and not noted(instruction):
            yield from look_again(instruction, self.options.search_lag_s)
        return found

    def _fields(self, instruction: Instruction) -> list[tuple[str, str]]:
        fields = {"email": "email", **({self.options.external_id: "external_id"} if self.options.external_id else {})}
        instruction.need(*fields)
        return list(dict.fromkeys((fields[one.type], one.value) for one in instruction.known(*fields)))

    def _types(self, instruction: Instruction) -> list[str]:
        known = self.options.subscriptions
        return [known[purpose] for purpose in instruction.purposes if purpose in known]
