"""Zoho CRM, API v8: leads and contacts by e-mail address.

Update: https://www.zoho.com/crm/developer/docs/api/v8/update-specific-record.html
Count (`probe`): zoho/crm-oas 45dff2c, v8.0/record_count.json
Limits: https://www.zoho.com/crm/developer/docs/api/v8/api-limits.html
Search and deletion: zoho_crm_search.py, zoho_crm_erase.py.

The CRM has one switch for mail, `Email_Opt_Out`, and no purposes. It can't create a person from an address alone. Its
search lags: a record made or changed seconds ago may not be found, also one that this adapter has just changed.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from pydantic import Field

from processors.vendors.base import (
    BatchScript,
    Call,
    Instruction,
    Note,
    Options,
    Reply,
    Result,
    Script,
    Step,
    all_good,
    gravest,
)
from processors.vendors.capability import Capability
from processors.vendors.later import DAY_S, Schedule
from processors.vendors.second_look import LOOKED, not_found_yet
from processors.vendors.zoho import Zoho, ZohoOptions
from processors.vendors.zoho_crm_erase import Erased, Said, erase, said_of
from processors.vendors.zoho_crm_jobs import JOB
from processors.vendors.zoho_crm_later import poll, read_back, under_way
from processors.vendors.zoho_crm_refs import id_of
from processors.vendors.zoho_crm_search import Found, look_up
from schemas.errors import MissingIdentity, VendorError, VendorUnavailable
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Mapping, Sequence

    from processors.vendors.base import PollScript, ReadBackScript
    from schemas.records import Action


_READ_BACK_S = 3600.0
"""The search finds a change within seconds; what may bring a record back, an import or another app, takes longer."""


class CrmOptions(ZohoOptions):
    """`search_lag_s`: whom the search doesn't find is looked up again after so many s; 0: one look is enough.

    It must fit into the lane's time for quick tries: with more, whoever the vendor doesn't know would be parked.
    mass_delete_above: more records than that of one module in one batch go to Zoho's mass deletion, 500 in a call;
    None: never. Whether that starts the customer's own workflows is not documented (zoho_crm_jobs.py).
    job_poll_s: when to ask about such a job first, s.
    """

    modules: tuple[str, ...] = Field(default=("Contacts", "Leads"), min_length=1)
    search_lag_s: float = Field(default=10.0, ge=0, le=25)
    mass_delete_above: int | None = Field(default=None, ge=0)
    job_poll_s: float = Field(default=10.0, ge=0.1)


class ZohoCrm(Zoho):
    name = "zoho_crm"
    title = "Zoho CRM"
    recipients = ("zoho-one/crm",)
    docs = "https://www.zoho.com/crm/developer/docs/api/v8/"
    base_url = "https://www.zohoapis.{data_centre}"
    channels = ("email",)
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(says="lifts Email_Opt_Out on every lead and contact with the address; creates nobody"),
        "withdraw": Capability(
            read_back_s=_READ_BACK_S, says="sets Email_Opt_Out on every lead and contact with the address"
        ),
        "delete": Capability(
            idempotent=False,
            batch=100,  # people; their records are deleted by 100 ids a call
            polls=Schedule(first_s=10.0, limit_s=DAY_S),  # how long a job may take is not documented
            read_back_s=_READ_BACK_S,
            says="deletes every lead and contact with the address and purges them from the recycle bin",
        ),
    }
    identifies_by = ("email",)
    # Credits in a rolling 24 hours, one for each of our calls; 50,000 is what every paid edition has before its users
    # are counted in, the free one has 5,000. Documented: api-limits.html, read. All other apps of the organisation
    # use them too: `limits_part` leaves them some. Calls at the same time are limited as well (5 in the free edition,
    # 10 to 25 in others): that is `concurrency`.
    limits = (Window(calls=50_000, seconds=86_400),)
    documented: ClassVar[Mapping[int, str]] = {400: "the call did nothing: a code for each record says why"}
    traps = (
        "a deletion only moves records to the recycle bin: they are purged from there",
        "workflows of the customer run on deletion and update unless the call says no, as ours do",
        "other apps of Zoho keep copies of their own",
    )
    evidence = (
        ("S", "zoho/crm-oas@45dff2c v8.0: record.json, recycle_bin.json, mass_delete_cvid.json"),
        ("D", f"{docs}search-records.html"),
        ("D", f"{docs}delete-records.html"),
        ("D", f"{docs}delete-recycle-bin-records.html"),
    )
    unverified = (
        "the name of the field Email_Opt_Out",
        "whether a mass deletion (mass_delete_above, off by default) starts the customer's workflows",
    )
    options_type: ClassVar[type[Options]] = CrmOptions
    options: CrmOptions

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

    def probe(self) -> Call:
        return Call("GET", "/crm/v8/Contacts/actions/count")

    def rehearse(self, call: Call) -> Reply:
        module = call.path.split("/")[3]
        if call.path.endswith("/search"):
            body: dict[str, Any] = {"data": [{"id": f"{module}-ID", "Email": call.params["email"]}]}
        else:
            key = "recycle_bin" if call.path.endswith("/recycle_bin") else "data"
            ids = call.params.get("ids", call.path.rpartition("/")[2]).split(",")
            body = {key: [{"code": "SUCCESS", "status": "success", "details": {"id": one}} for one in ids]}
        return Reply(200, {}, json.dumps(body).encode())


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
