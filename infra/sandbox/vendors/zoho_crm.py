"""Zoho CRM API v8, host www.zohoapis.<dc>, modules Leads and Contacts.

- Paths, parameters, bodies and codes: [S] zoho/crm-oas v8.0 `record.json`, `recycle_bin.json`; [D] the pages
  search-records, update-records, delete-records, get-recycle-bin and del-recycle-bin-records.
- Deleting answers 200, 207 (mixed) or 400 (none), with one result per record: [S] the newer OpenAPI 3.1 and [D];
  the older one knows only 200.
- A record that isn't there: 204 for reading [S], INVALID_DATA for changing [D]. Search doesn't find a record right
  after an edit, until the index has it [D].
- Workflows run on deletion unless `wf_trigger=false`, on update unless `"trigger": []`: [D]; cadences on update
  unless `skip_feature_execution` names them: [S] zoho/crm-oas@381a419. The ledger shows each.
- A bad token: 401 INVALID_TOKEN with that text [C]. 50,000 credits in 24 hours and 20 calls at once (Zoho One),
  over it 429 TOO_MANY_REQUESTS: [D], without Retry-After. More than 100 ids in one call are refused [D], code: [U].
- mass_delete by ids answers for each record [D], or with a job [S] `mass_delete_cvid.json`, which ties neither answer
  to ids or custom view: `crm_job_s` says which. One job at a time, its status in counts: [D]. When in it the records
  go, how long it takes, 404 NOT_FOUND for an unknown one, no workflows: [U]. RECORD_LOCKED: [S].
- Counting the records of a module: [S] `record_count.json`, which shows no answer; `count` in it [C].
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.crm_answers import (
    ERRORS,
    MODULES,
    counted,
    failure,
    first_record,
    given_ids,
    no_module,
    page,
    shown,
    shown_in_bin,
    started,
    success,
    updated,
)
from infra.sandbox.crm_jobs import Jobs
from infra.sandbox.crm_records import Record, Records, modules_of
from infra.sandbox.limits import Limit
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

_MAX_IDS, _MAX_MASS = 100, 500
_CREDITS = (Limit(calls=50_000, window_s=86_400, together=True),)
_NO_SUCH_ID = "the id given seems to be invalid"


class ZohoCrm(Vendor):
    name: ClassVar[str] = "zoho_crm"
    issuer: ClassVar[str | None] = "zoho_accounts"
    scheme: ClassVar[str] = "Zoho-oauthtoken"
    concurrency: ClassVar[int | None] = 20

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._records = Records()
        self._workflows: Counter[str] = Counter()
        """E-mail address to the number of workflows and cadences that calls have fired for it."""
        self._jobs = Jobs(self._records, self._bin_all)

    def operations(self) -> Iterable[Operation]:
        module, bin_ = "/crm/v8/{module}", "/crm/v8/settings/recycle_bin"
        for verb, method, path, handle in (
            ("search", "GET", f"{module}/search", self._search),
            ("count", "GET", f"{module}/actions/count", self._count),
            ("read", "GET", f"{module}/{{id}}", self._read),
            ("update", "PUT", f"{module}/{{id}}", self._update),
            ("delete", "DELETE", module, self._delete),
            ("delete", "DELETE", f"{module}/{{id}}", self._delete),
            ("mass_delete", "POST", f"{module}/actions/mass_delete", self._mass_delete),
            ("mass_delete_status", "GET", f"{module}/actions/mass_delete", self._status),
            ("list_bin", "GET", bin_, self._list_bin),
            ("list_bin", "GET", f"{bin_}/{{id}}", self._list_bin),
            ("purge", "DELETE", bin_, self._purge),
            ("purge", "DELETE", f"{bin_}/{{id}}", self._purge),
        ):
            yield Operation(verb, method, path, handle, limits=_CREDITS)

    def error(self, status: int) -> Answer:
        code, message = ERRORS.get(status, ("INTERNAL_ERROR", "Internal server error occurred."))
        return Answer(status, failure(code, message))

    def lie(self, call: Call) -> Answer:
        key = "recycle_bin" if call.verb in {"list_bin", "purge"} else "data"
        said = self.error(500).body
        return Answer(200, {key: [{**said, "details": {"id": one}} for one in given_ids(call)] or [said]})

    def identities(self, call: Call) -> Sequence[str]:
        email = call.params.get("email")
        return (email,) if email else self._records.emails(given_ids(call))

    def seed(self, person: Person) -> None:
        for module in person.crm:
            self._records.add(module, person.email, self.world.clock())

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`lock`: somebody at work on the person's records; `unlock`: not any more; `add`: a new one, by whatever."""
        if event == "add":
            self._records.add(args.get("module", "Contacts"), person.email, self.world.clock())
        elif event in {"lock", "unlock"}:
            for record in self._records.of(person.email):
                record.locked = event == "lock"
        else:
            super().happen(event, person, args)

    def state(self, person: Person) -> dict[str, Any]:
        held = self._records.of(person.email)
        records = [
            {"module": r.module, "id": r.id, "opted_out": r.opted_out, "in_bin": r.binned is not None} for r in held
        ]
        fired = self._workflows[person.email.casefold()]
        return {"known": bool(records), "records": records, "workflows_fired": fired}

    def clear(self) -> None:
        self._records.clear()
        self._workflows.clear()
        self._jobs.clear()

    def _search(self, call: Call) -> Answer:
        module, email = call.path["module"], call.params.get("email")
        if module not in MODULES:
            return no_module()
        if not email:
            return Answer(400, failure("EXPECTED_PARAM_MISSING", "mandatory param missing"))
        found = self._records.search(module, email, self.world.clock())
        return page(call, "data", [shown(record) for record in found])

    def _count(self, call: Call) -> Answer:
        return counted(call, self._records)

    def _read(self, call: Call) -> Answer:
        if call.path["module"] not in MODULES:
            return no_module()
        if not call.path["id"].isdigit():
            return Answer(400, failure("INVALID_DATA", _NO_SUCH_ID, resource_path_index=1))
        record = self._records.live(call.path["module"], call.path["id"])
        return Answer(200, {"data": [shown(record)]}) if record else Answer(204)

    def _update(self, call: Call) -> Answer:
        if call.path["module"] not in MODULES:
            return no_module()
        fields = first_record(call.body)
        if fields is None:
            detail = {"expected_data_type": "jsonarray", "api_name": "data"}
            return Answer(400, failure("INVALID_DATA", "invalid data", **detail))
        if not isinstance(fields.get("Email_Opt_Out", False), bool):
            detail = {"expected_data_type": "boolean", "api_name": "Email_Opt_Out"}
            return Answer(400, {"data": [failure("INVALID_DATA", "invalid data", **detail)]})
        record = self._records.live(call.path["module"], call.path["id"])
        if record is None:
            return Answer(400, {"data": [failure("INVALID_DATA", _NO_SUCH_ID, id=call.path["id"])]})
        self._apply(call, record, fields)
        return Answer(200, {"data": [updated(record)]})

    def _apply(self, call: Call, record: Record, fields: dict[str, Any]) -> None:
        opted_out = fields.get("Email_Opt_Out")
        changed = opted_out not in (None, record.opted_out)
        record.opted_out = record.opted_out if opted_out is None else opted_out
        record.fields.update(fields)
        record.modified = self.world.clock()
        record.found_from = record.modified + self.world.crm_search_lag_s
        effect = "update" if opted_out is None else "withdraw" if opted_out else "grant"
        self.record(call, effect, (record.email,), given=(record.id,), changed=changed, module=record.module)
        for what in started(call.body):
            self._fire(call, [record], what)

    def _delete(self, call: Call) -> Answer:
        module = call.path["module"]
        if module not in MODULES:
            return no_module()
        return self._each(call, "data", partial(self._records.live, module), self._bin)

    def _bin(self, call: Call, records: list[Record]) -> None:
        self._bin_all(call, records)
        if call.params.get("wf_trigger", "true").casefold() != "false":
            self._fire(call, records)

    def _mass_delete(self, call: Call) -> Answer:
        module, takes_s = call.path["module"], self.world.crm_job_s
        if module not in MODULES:
            return no_module()
        if takes_s is None or not given_ids(call):
            return self._each(call, "data", partial(self._records.live, module), self._bin_all, most=_MAX_MASS)
        return self._jobs.submit(call, self.world.clock(), takes_s)

    def _status(self, call: Call) -> Answer:
        return self._jobs.status(call, self.world.clock())

    def _bin_all(self, call: Call, records: list[Record]) -> None:
        for record in records:
            record.binned = self.world.clock()
        self._record_all(call, "delete", records)

    def _list_bin(self, call: Call) -> Answer:
        wanted = given_ids(call)
        records = [record for record in self._records.bin() if not wanted or record.id in wanted]
        return page(call, "recycle_bin", [shown_in_bin(record) for record in records])

    def _purge(self, call: Call) -> Answer:
        return self._each(call, "recycle_bin", self._records.binned, self._purge_all)

    def _purge_all(self, call: Call, records: list[Record]) -> None:
        self._record_all(call, "purge", records)
        for record in records:
            self._records.purge(record)

    def _each(
        self,
        call: Call,
        key: str,
        find: Callable[[str], Record | None],
        apply: Callable[[Call, list[Record]], None],
        most: int = _MAX_IDS,
    ) -> Answer:
        """Apply to every id that is found; one result per id, and a status that sums them up."""
        wanted = given_ids(call)
        if not wanted:
            return Answer(
                400, failure("REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param="ids")
            )
        if len(wanted) > most:
            return Answer(400, failure("LIMIT_EXCEEDED", "Record count exceeded", limit=most))
        known = {record_id: record for record_id in wanted if (record := find(record_id))}
        free = {record_id: record for record_id, record in known.items() if not record.locked}
        if free:
            apply(call, list(free.values()))
        why = dict.fromkeys(known, "RECORD_LOCKED")
        results = [
            success(i, "record deleted")
            if i in free
            else failure(why.get(i, "INVALID_DATA"), "record not deleted", id=i)
            for i in wanted
        ]
        return Answer(200 if len(free) == len(wanted) else 207 if free else 400, {key: results})

    def _record_all(self, call: Call, effect: str, records: list[Record]) -> None:
        whom, ids = [record.email for record in records], [record.id for record in records]
        self.record(call, effect, whom, given=ids, changed=True, **modules_of(records, self.world.people.key_of))

    def _fire(self, call: Call, records: list[Record], what: str = "workflow") -> None:
        self._workflows.update(record.email.casefold() for record in records)
        self._record_all(call, what, records)
