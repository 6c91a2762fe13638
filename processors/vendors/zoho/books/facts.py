"""Zoho Books: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Options, Reply
from processors.vendors.capability import Capability
from processors.vendors.zoho.accounts import Zoho
from processors.vendors.zoho.books.options import BooksOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_READ_BACK_S = 3600.0


class ZohoBooksFacts(Zoho):
    title = "Zoho Books"
    recipients = ("zoho-one/erp",)
    docs = "https://www.zoho.com/books/api/v3/"
    base_url = "https://www.zohoapis.{data_centre}"
    channels = ()
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(kind="not_applicable", says="no call: nobody is written to from the books by consent"),
        "withdraw": Capability(kind="not_applicable", says="no call: nobody is written to from the books by consent"),
        "delete": Capability(
            idempotent=False,
            read_back_s=_READ_BACK_S,
            says="deletes the person's contacts, and them among a company's contact persons; a contact with "
            "transactions is masked, marked inactive and `retained` until its documents need not be kept any more; "
            "an individual's contact that has contact persons with other addresses is a task, and stays as it is; "
            "whom the search doesn't find is a task as well, unless contacts have no second contact person",
        ),
    }
    identifies_by = ("email",)
    limits = (Window(calls=100, seconds=60), Window(calls=1_000, seconds=86_400))
    documented: ClassVar[Mapping[int, str]] = {
        400: "a refusal, which one its code says",
        404: "the same; with code 1002 there is no such contact",
    }
    traps = (
        "a contact with transactions can't be deleted: its invoices keep name and address as they were printed",
        "no call finds a second contact person by address: whom the search doesn't find may be one: a task",
        "more_contact_persons = false says that there are none: then it is no_match",
        "who is found as a contact's primary person may also be another one's second: nobody looks there",
        "masking leaves custom and tax fields as they are",
        "of a company's contact only the contact person is deleted, also where the company is one person",
        "at the date of review what was noted is deleted; who has come back since is a customer anew",
        "a task has no date of review: after `_and_masked_until_` its reason names the year of another contact",
    )
    evidence = (
        ("D", f"{docs}contacts/"),
        ("S", "fordez/zoho-books-mcp-server-openapi@d8c26c4 contacts.yml, contact-persons.yml: Zoho's OpenAPI"),
        ("D", f"{docs}errors/"),
        ("D", "https://www.zoho.com/invoice/api/v3/contacts/: the codes 1002, 3000, 3062, of the same contacts"),
        ("D", "https://docs.databricks.com/aws/en/ingestion/lakeflow-connect/zoho-books-troubleshoot: limits"),
        ("C", "techadmin-maneman/web@12c124d src/providers/books/zoho.ts: refusal (HTTP 400), masking, as recorded"),
    )
    unverified = (
        "whether the parameter email finds parts of an address: each contact found is read and compared",
        "whether a company's first contact person may be deleted: a refusal fails, and says so",
        "that HTTP 404 with code 1002 is all that a contact answers which is gone",
    )
    options_type: ClassVar[type[Options]] = BooksOptions
    example: ClassVar[Mapping[str, Any]] = {"organization_id": "10234695", "keep_years": 10}
    options: BooksOptions

    def probe(self) -> Call:
        return Call("GET", "/books/v3/contacts", params={**self.options.account, "per_page": "1"})

    def rehearse(self, call: Call) -> Reply:
        body: dict[str, Any] = {"code": 0, "message": "rehearsed"}
        if call.path.endswith("/contacts"):
            body |= {"contacts": [{"contact_id": "CONTACT-ID", "email": call.params["email"]}]}
        return Reply(200, {}, json.dumps(body | {"contact": {}}).encode())
