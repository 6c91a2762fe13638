"""Salesforce: what is true of its API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Options, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.later import DAY_S
from processors.vendors.salesforce.answers import rehearse
from processors.vendors.salesforce.options import SalesforceOptions
from processors.vendors.salesforce.records import DATA
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_SOAP = "https://developer.salesforce.com/docs/atlas.en-us.232.0.api.meta/api/"
_FIELDS = "https://developer.salesforce.com/docs/platform/field-reference/references/field-reference"
READ_BACK_S = 3600.0
BIN_S = int(15 * DAY_S)
_PURGED_S = 17 * DAY_S  # the bin's 15 days, and the day for which queries may still show what was purged


class SalesforceFacts(Vendor):
    title = "Salesforce"
    docs = "https://developer.salesforce.com/docs/platform/api-rest/guide/"
    base_url = "https://{domain}.my.salesforce.com"
    channels = ("email",)
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            says="lifts HasOptedOutOfEmail on every lead and contact with the address; creates nobody"
        ),
        "withdraw": Capability(
            read_back_s=READ_BACK_S, says="sets HasOptedOutOfEmail on every lead and contact with the address"
        ),
        "delete": Capability(
            closing="accepted",
            idempotent=False,
            vendor_limit_s=BIN_S,
            read_back_s=_PURGED_S,
            says="moves every lead and contact with the address to the recycle bin, which Salesforce empties of them "
            'after 15 days; by `erase = "mask"` writes over their standard fields instead, executed at once',
        ),
    }
    identifies_by = ("email",)
    auth = "jwt_bearer"
    limits = (Window(calls=100_000, seconds=86_400, together=True),)  # before licences; REST and SOAP together
    traps = (
        "what is deleted can be restored from the recycle bin for 15 days: REST can't empty it, an administrator can",
        "masking leaves the history of fields, and custom fields, MiddleName and Suffix unless `also` names them",
        "a record that was merged stands for the one into which it was merged, whatever address that has",
        "a converted lead can't be changed, unless the user has the permission View and Edit Converted Leads: a task",
        "only the standard field Email is looked at; cases, tasks, mails and the Individual of a person stay",
        "a person account's contact can't be deleted alone: Salesforce refuses, and its account is left to a person",
        "the user needs Email Opt Out in its field-level security, and sees only records that are shared with it",
        "validation rules, triggers and flows of the customer run, and may refuse the change",
    )
    evidence = (
        ("D", f"{docs}dome-queryall.html"),
        ("D", f"{docs}resources-composite-sobjects-collections-update.html"),
        ("D", f"{docs}resources-composite-sobjects-collections-delete.html"),
        ("D", f"{_SOAP}sforce_api_calls_emptyrecyclebin.htm"),
        ("D", "https://help.salesforce.com/s/articleView?id=000384333"),
        ("D", "https://help.salesforce.com/s/articleView?id=sales.leads_view_edit_converted.htm"),
        ("D", f"{_FIELDS}/salesforce-field-reference-contact.html"),
        ("C", "ethyca/fides: masks Contact and Lead by PATCH at v54.0"),
        ("C", "npm jsforce@3.10.16 lib/connection.js: collections changed and deleted, 200 at once; queryAll"),
        ("T", "api-evangelist/salesforce rate-limits, error codes"),
    )  # fmt: skip
    unverified = (
        "that MasterRecordId of a record which was merged twice is read step by step",
        "that a deletion of what is in the recycle bin already answers ENTITY_IS_DELETED",
        "that a converted lead can be deleted: if not, Salesforce refuses it and says so",
        "100,000 calls a day before licences are counted in; less in small editions",
        "when a record leaves the recycle bin after its 15 days: it is asked after 17, and then for a week",
    )
    checked = "calls by reading npm jsforce@3.10.16 and the pages"
    options_type: ClassVar[type[Options]] = SalesforceOptions
    example: ClassVar[Mapping[str, Any]] = {"domain": "acme"}
    options: SalesforceOptions

    @property
    def token_url(self) -> str:
        return self.options.token_url or f"https://{self.options.login}.salesforce.com/services/oauth2/token"

    def probe(self) -> Call:
        return Call("GET", f"{DATA}/limits")

    def rehearse(self, call: Call) -> Reply:
        return rehearse(call)
