"""ActiveCampaign: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.activecampaign.contacts import (
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
from processors.vendors.activecampaign.facts import RESTORABLE_S, ActiveCampaignFacts
from processors.vendors.base import Call, Instruction, Result, Script, Step, all_good
from processors.vendors.later import Undone
from processors.vendors.second_look import noted_first
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Generator

    from processors.vendors.base import ReadBackScript


class ActiveCampaign(ActiveCampaignFacts):
    name = "activecampaign"

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
        evidence = replies[-1].evidence(detail=f"contacts={len(due)}", vendor_limit_s=RESTORABLE_S)
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
