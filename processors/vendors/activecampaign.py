"""ActiveCampaign, API v3: contacts by address, and their status on each list.

Reference: https://developers.activecampaign.com/reference/overview, the OpenAPI document of its pages as kept in
github.com/api-evangelist/activecampaign 6295cc5, `openapi/_original/activecampaign-v3.json`.
Deletion: https://help.activecampaign.com/hc/en-us/articles/115000349564-How-to-delete-contact-records
Statuses: https://help.activecampaign.com/hc/en-us/articles/221073788-Contact-list-statuses-explained

There is no switch for the person: a withdrawal of everything is one of every list that the contact is on.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from processors.vendors.activecampaign_contacts import (
    ACTIVE,
    BOUNCED,
    UNCONFIRMED,
    UNSUBSCRIBED,
    Found,
    look_up,
    make,
    memberships,
    put,
    require_lists,
    says_gone,
    status_call,
)
from processors.vendors.base import Call, Instruction, Reply, Result, Script, Step, Vendor, all_good
from processors.vendors.capability import Capability
from processors.vendors.later import Undone
from processors.vendors.mailing_lists import PurposeLists
from processors.vendors.second_look import noted_first
from schemas.errors import VendorRefused
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from processors.vendors.base import ReadBackScript
    from schemas.records import Action

_RESTORABLE_S = 30 * 86_400
_READ_BACK_S = 3600.0


class ActiveCampaignOptions(PurposeLists):
    """`account`: the first part of the API's address, as Settings → Developer shows it."""

    account: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")


class ActiveCampaign(Vendor):
    name = "activecampaign"
    title = "ActiveCampaign"
    docs = "https://developers.activecampaign.com/reference/overview"
    base_url = "https://{account}.api-us1.com"
    channels = ("email",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            says="subscribes to the purpose's list at once, of a stranger it makes a contact; no call asks to confirm"
        ),
        "withdraw": Capability(
            read_back_s=_READ_BACK_S,
            says="unsubscribes every contact with the address from the purpose's list; for all purposes from all",
        ),
        "delete": Capability(
            closing="accepted",
            idempotent=False,
            vendor_limit_s=_RESTORABLE_S,
            read_back_s=_READ_BACK_S,
            says="deletes every contact with the address; an admin may restore it for 30 days",
        ),
    }
    identifies_by = ("email",)
    auth = "api_key"
    key_header = ("Api-Token", "{}")
    limits = (Window(calls=5, seconds=1),)  # per account, whoever calls: `limits_part` leaves others some
    documented: ClassVar[Mapping[int, str]] = {404: "no such contact or list (any more)"}
    traps = (
        "a deleted contact can be restored for 30 days, by the help centre's page; the API's doesn't say",
        "an account may delete so many contacts a month only, by the same page",
        "a grant subscribes whoever left by a link, too; who hasn't confirmed or has bounced becomes a task",
    )
    evidence = (
        ("S", "activecampaign-v3.json, OpenAPI of its reference, as kept in api-evangelist/activecampaign@6295cc5"),
        ("D", "https://help.activecampaign.com/hc/en-us/articles/115000349564-How-to-delete-contact-records"),
        ("D", "https://help.activecampaign.com/hc/en-us/articles/221073788-Contact-list-statuses-explained"),
        ("D", "https://help.activecampaign.com/hc/en-us/articles/360021838379 (status 91)"),
        ("C", "memberships compared with status 1 and 2, 4 as source of who subscribes again: many clients"),
        ("T", "api-evangelist/activecampaign@6295cc5 rate-limits, quoted from reference/rate-limits"),
    )
    unverified = (
        "the numbers of the statuses unconfirmed (0) and bounced (3)",
        "whether the filter by address finds parts of one: only whole ones count",
        "that a contact's lists come in pages, of 20 without asking: others go through them by limit and offset",
        "how a deletion beyond the month's allowance is answered",
    )
    checked = "bodies, parameters and statuses of calls validated against activecampaign-v3.json@6295cc5, once"
    options_type: ClassVar[type[PurposeLists]] = ActiveCampaignOptions
    example: ClassVar[Mapping[str, Any]] = {"account": "example", "lists": {"newsletter": "7"}}
    options: ActiveCampaignOptions

    def grant(self, instruction: Instruction) -> Script:
        self.options.require_all(instruction)
        wanted = self.options.of(instruction)
        found = yield from look_up(instruction.need("email"))
        yield from require_lists(wanted)
        made = yield from make([email for email, ids in found.contacts.items() if not ids])
        on = yield from memberships(found.ids)
        places = [(one, name, on.get(one, {}).get(name)) for one in (*found.ids, *made) for name in wanted]
        stuck = {status for _, _, status in places} & {UNCONFIRMED, BOUNCED}
        changes = [place for place in places if place[2] not in {ACTIVE, UNCONFIRMED, BOUNCED}]
        reply = yield from put([status_call(one, name, ACTIVE, before) for one, name, before in changes], ACTIVE)
        evidence = (reply or found.last).evidence(detail=f"lists={len(changes)}")
        if stuck:
            return Result("manual_task", "bounced" if BOUNCED in stuck else "awaits_confirmation", evidence)
        return Result("executed", evidence=evidence)

    def withdraw(self, instruction: Instruction) -> Script:
        found, on = yield from self._places(instruction)
        places = [status_call(one, name, UNSUBSCRIBED) for one, names in on.items() for name in names]
        reply = yield from put(places, UNSUBSCRIBED)
        self.options.require_all(instruction)
        if reply is None:
            return Result("no_match", evidence=found.last.evidence(detail=f"contacts={len(found.ids)}"))
        return Result("executed", evidence=reply.evidence(detail=f"lists={len(places)}"))

    def _places(self, instruction: Instruction) -> Generator[Step, Any, tuple[Found, dict[str, dict[str, str]]]]:
        """Contact → list → status, of the lists that the instruction is about."""
        wanted = None if instruction.all_purposes else self.options.of(instruction)
        found = yield from look_up(instruction.need("email"))
        on = yield from memberships(found.ids)
        if wanted is None:
            return found, on
        mine = {one: {name: lists[name] for name in wanted if name in lists} for one, lists in on.items()}
        if empty := [name for name in wanted if not any(name in lists for lists in mine.values())]:
            yield from require_lists(empty)
        return found, mine

    def delete(self, instruction: Instruction) -> Script:
        found = yield from look_up(instruction.need("email"))
        due = yield from noted_first(instruction, found.ids)
        if not due:
            return Result("no_match", evidence=found.last.evidence())
        paths = [f"/api/3/contacts/{one}" for one in due]
        replies = all_good((yield tuple(Call("DELETE", path, expect=frozenset({200, 404})) for path in paths)))
        for reply in replies:
            if not says_gone(reply) and reply.json() != {}:
                raise ValueError("is no answer of a deletion")  # documented is an empty object
        evidence = replies[-1].evidence(detail=f"contacts={len(due)}", vendor_limit_s=_RESTORABLE_S)
        return Result("accepted", evidence=evidence)

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        if instruction.action == "delete":
            found = yield from look_up(instruction.need("email"))
            is_undone, reason = bool(found.ids), "found_again"
        else:
            found, on = yield from self._places(instruction)
            is_undone = bool({ACTIVE, UNCONFIRMED} & {status for lists in on.values() for status in lists.values()})
            reason = "subscribed_again"
        if is_undone:
            return Undone(VendorRefused(reason, status=found.last.status, response_sha256=found.last.sha256))
        return Result("verified", evidence=found.last.evidence(detail=f"contacts={len(found.ids)}"))

    def probe(self) -> Call:
        return Call("GET", f"/api/3/lists/{self.options.every_list[0]}")

    def rehearse(self, call: Call) -> Reply:
        body: dict[str, Any] = dict(call.json or {})
        if call.path == "/api/3/contacts":
            body = {"contacts": [{"id": "1", "email": call.params["email"]}]}
        elif call.path.endswith("/contactLists") and call.method == "GET":
            body = {"contactLists": [{"list": one, "status": UNSUBSCRIBED} for one in self.options.every_list]}
        elif call.path.startswith("/api/3/lists/"):
            body = {"list": {"id": call.path.rpartition("/")[2]}}
        return Reply(200, {}, json.dumps(body).encode())
