"""Zoho CRM: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import (
    Call,
    Options,
    Reply,
)
from processors.vendors.capability import Capability
from processors.vendors.later import DAY_S, Schedule
from processors.vendors.zoho.accounts import Zoho
from processors.vendors.zoho.crm.options import CrmOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_READ_BACK_S = 3600.0
"""The search finds a change within seconds; what may bring a record back, an import or another app, takes longer."""


class ZohoCrmFacts(Zoho):
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
    limits = (Window(calls=50_000, seconds=86_400),)
    documented: ClassVar[Mapping[int, str]] = {400: "the call did nothing: a code for each record says why"}
    traps = (
        "a deletion only moves records to the recycle bin: they are purged from there",
        "what somebody has deleted by hand lies in the recycle bin, where the search doesn't look: it is no_match",
        "workflows of the customer run on deletion and update unless the call says no, as ours do",
        "an update starts the customer's cadences, too, unless it says no, as ours do: that is a switch of its own",
        "other apps of Zoho keep copies of their own",
        "the search finds an address in every field: only those of email_fields are the person's, others are a task",
    )
    evidence = (
        ("S", "zoho/crm-oas@45dff2c v8.0: record.json, recycle_bin.json, mass_delete_cvid.json"),
        ("S", "zoho/crm-oas@381a419 v8.0/record/operations/updateRecord: skip_feature_execution"),
        ("S", "npm @zohocrm/typescript-sdk-8.0@3.0.0: the same key of an update's body, none of a deletion"),
        ("D", f"{docs}search-records.html"),
        ("D", f"{docs}delete-records.html"),
        ("D", f"{docs}delete-recycle-bin-records.html"),
    )
    unverified = (
        "the name of the field Email_Opt_Out",
        "whether a deletion starts cadences: no call has a switch for that",
        "whether an empty trigger list keeps connected workflows from starting, too",
        "whether a mass deletion (mass_delete_above, off by default) starts the customer's workflows",
        "whether the look-up minds capitals: an address is asked for as the event has it",
    )
    options_type: ClassVar[type[Options]] = CrmOptions
    options: CrmOptions

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
