"""Zoho Books, API v3: customers and suppliers in the books, and what the law keeps of them there.

Contacts: https://www.zoho.com/books/api/v3/contacts/
Contact persons: https://www.zoho.com/books/api/v3/contact-persons/
Errors: https://www.zoho.com/books/api/v3/errors/; codes of contacts: https://www.zoho.com/invoice/api/v3/contacts/
"Can I delete a customer": https://www.zoho.com/in/books/kb/contacts/delete-a-contact.md

A contact with transactions can't be deleted (code 3000). It is masked and marked inactive, and the answer is
`retained`: the masked record is called `Erased`, the delivery's id and its own, so that whoever reviews it finds it.
Scopes that the refresh token needs: ZohoBooks.contacts.ALL, ZohoBooks.invoices.READ, ZohoBooks.bills.READ.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from processors.vendors.base import Call, Instruction, Options, Reply, Result, Script
from processors.vendors.capability import Capability
from processors.vendors.later import Undone
from processors.vendors.second_look import noted_first
from processors.vendors.zoho import Zoho, ZohoOptions
from processors.vendors.zoho_books_contacts import look_up, told
from processors.vendors.zoho_books_erase import erase
from schemas.errors import VendorError, VendorRefused, VendorUnavailable
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.vendors.base import ReadBackScript
    from schemas.records import Action

_READ_BACK_S = 3600.0
_INTERNAL = b'"code":1000,'


class BooksOptions(ZohoOptions):
    """`organization_id`: whose books; keep_years: so many years after the end of its own a document must be kept."""

    organization_id: str = Field(pattern=r"^\d+$")
    keep_years: int = Field(ge=1, le=50)


class ZohoBooks(Zoho):
    name = "zoho_books"
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
            "transactions is masked, marked inactive and `retained` until its documents need not be kept any more",
        ),
    }
    identifies_by = ("email",)
    # By organisation, for all its apps: 100 calls a minute, and by plan 1,000 (free) to 10,000 a day.
    limits = (Window(calls=100, seconds=60), Window(calls=1_000, seconds=86_400))
    documented: ClassVar[Mapping[int, str]] = {
        400: "a refusal, which one its code says",
        404: "the same; with code 1002 there is no such contact",
    }
    traps = (
        "a contact with transactions can't be deleted: its invoices keep name and address as they were printed",
        "masking leaves custom and tax fields as they are",
        "of a company's contact only the contact person is deleted, also where the company is one person",
        "nothing starts the deletion anew at the date of review: somebody has to look at the record then",
    )
    evidence = (
        ("D", f"{docs}contacts/"),
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

    def grant(self, instruction: Instruction) -> Script:
        return self._no_difference(instruction)

    def withdraw(self, instruction: Instruction) -> Script:
        return self._no_difference(instruction)

    def _no_difference(self, _: Instruction) -> Script:
        yield from ()
        return Result("not_applicable", "no_consent_in_the_books")

    def delete(self, instruction: Instruction) -> Script:
        found = yield from look_up(instruction.need("email"), self._account)
        refs = yield from noted_first(instruction, found.refs)
        if not refs:
            return Result("no_match", evidence=found.reply.evidence())
        return (yield from erase(refs, self._account, instruction.delivery_id, self.options.keep_years))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        found = yield from look_up(instruction.need("email"), self._account)
        if found.refs:
            return Undone(VendorRefused("found_again", **told(found.reply)))
        return Result("verified", evidence=found.reply.evidence(detail="not_found"))

    def fault(self, reply: Reply) -> VendorError | None:
        is_internal = _INTERNAL in reply.body.replace(b" ", b"")
        return VendorUnavailable("zoho_1000", **told(reply)) if is_internal else None

    @property
    def _account(self) -> dict[str, str]:
        return {"organization_id": self.options.organization_id}

    def probe(self) -> Call:
        return Call("GET", "/books/v3/contacts", params={**self._account, "per_page": "1"})

    def rehearse(self, call: Call) -> Reply:
        body: dict[str, Any] = {"code": 0, "message": "rehearsed"}
        if call.path.endswith("/contacts"):
            body |= {"contacts": [{"contact_id": "CONTACT-ID", "email": call.params["email"]}]}
        return Reply(200, {}, json.dumps(body | {"contact": {}}).encode())
