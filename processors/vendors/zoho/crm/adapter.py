"""Zoho CRM: the calls of each action."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from processors.vendors.base import (
    BatchScript,
    Call,
    Instruction,
    Note,
    Reply,
    Result,
    Script,
    Step,
    all_good,
    gravest,
)
from processors.vendors.second_look import LOOKED, not_found_yet
from processors.vendors.zoho.crm.erase import Erased, Said, erase, said_of
from processors.vendors.zoho.crm.facts import ZohoCrmFacts
from processors.vendors.zoho.crm.jobs import JOB
from processors.vendors.zoho.crm.later import poll, read_back, under_way
from processors.vendors.zoho.crm.refs import id_of
from processors.vendors.zoho.crm.search import Found, look_up
from schemas.errors import MissingIdentity, VendorError, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Mapping, Sequence

    from processors.vendors.base import PollScript, ReadBackScript
    from processors.vendors.later import Schedule
    from schemas.records import Action


class ZohoCrm(ZohoCrmFacts):
    name = "zoho_crm"

    def grant(self, instruction: Instruction) -> Script:
        return self._update(instruction, {"Email_Opt_Out": False})

    def withdraw(self, instruction: Instruction) -> Script:
        return self._update(instruction, {"Email_Opt_Out": True})

    def _update(self, instruction: Instruction, change: Mapping[str, Any]) -> Script:
        person = (yield from self._find([instruction]))[instruction.delivery_id]
        if person.error is not None:
            raise person.error
        refs = sorted(person.refs)
        if not refs:
            return _unknown(person)
        replies = all_good((yield tuple(_put(ref, change) for ref in refs)))
        error = gravest(e for reply, ref in zip(replies, refs, strict=True) for e in _refusal(reply, ref))
        if error is not None:
            raise error
        return Result("executed", evidence=replies[-1].evidence(detail=f"records={len(refs)}"))

    def delete_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        """Deleting is no act to repeat blindly: a second try must know the records that are in the bin by now."""
        people = yield from self._find(instructions)
        noted = {i.delivery_id: {ref for ref in i.refs if not ref.startswith((LOOKED, JOB))} for i in instructions}
        due = {who: person.refs | noted[who] for who, person in people.items() if person.error is None}
        notes = tuple(Note(who, tuple(sorted(refs))) for who, refs in due.items() if refs != noted[who])
        if notes:
            yield notes
        erased = yield from erase({ref for refs in due.values() for ref in refs}, self.options.mass_delete_above)
        return {
            who: person.error or (_erased(due[who], erased) if due[who] else _unknown(person))
            for who, person in people.items()
        }

    def polls(self, action: Action) -> Schedule | None:
        usual = super().polls(action)
        return usual and replace(usual, first_s=self.options.job_poll_s)

    def poll(self, instructions: Sequence[Instruction]) -> PollScript:
        return poll(instructions)

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        return read_back(instruction, self.options.modules)

    def _find(self, instructions: Sequence[Instruction]) -> Generator[Step, Any, dict[str, Found]]:
        """The records of each; whom a first look doesn't find is left for a second one, later."""
        people: dict[str, Found] = {}
        emails: dict[str, Sequence[str]] = {}
        for instruction in instructions:
            try:
                emails[instruction.delivery_id] = instruction.need("email")
            except MissingIdentity as error:
                people[instruction.delivery_id] = Found(error=error)
        people |= yield from look_up(emails, self.options.modules)
        first_look = {i.delivery_id for i in instructions if not i.refs} if self.options.search_lag_s else set()
        early = [who for who, p in people.items() if who in first_look and p.error is None and not p.refs]
        if early:
            yield tuple(Note(who, (LOOKED,)) for who in early)
        for who in early:
            people[who].error = not_found_yet(self.options.search_lag_s)
        return people


def _put(ref: str, change: Mapping[str, Any]) -> Call:
    module, _, record = ref.partition(":")
    # An empty trigger list: the change must not start the customer's own workflows.
    body = {"data": [change], "trigger": []}
    return Call("PUT", f"/crm/v8/{module}/{quote(record, safe='')}", json=body, expect=frozenset({200, 202, 400}))


def _refusal(reply: Reply, ref: str) -> list[VendorError]:
    (said,) = said_of(reply, "data", [id_of(ref)])
    if not isinstance(said, Said):
        return [said]
    if said.code == "INVALID_DATA" and b"api_name" not in reply.body:
        # The record went between look-up and update; looked up again, it is not found any more.
        return [VendorUnavailable("record_gone_meanwhile", status=reply.status, response_sha256=reply.sha256)]
    return [] if said.code == "SUCCESS" else [said.trouble()]


def _unknown(person: Found) -> Result:
    return Result("no_match", evidence=person.reply.evidence() if person.reply else None)


def _erased(refs: Collection[str], erased: Erased) -> Result | VendorError:
    at_once = [erased.fates[ref] for ref in sorted(refs) if ref in erased.fates]
    error = gravest(fate for fate in at_once if isinstance(fate, VendorError))
    if error is not None:
        return error
    if len(at_once) < len(refs):
        return under_way(refs, erased.jobs, next(iter(erased.jobs.values())))
    return Result("executed", evidence=all_good(at_once)[-1].evidence(detail=f"records={len(refs)}"))
