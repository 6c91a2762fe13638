"""Zoho Books: whose records carry an address, and which of them are the person's own.

List, get: https://www.zoho.com/books/api/v3/contacts/#list-contacts
What `email` looks for: Zoho's OpenAPI, openapi-all/contacts.yml of fordez/zoho-books-mcp-server-openapi@d8c26c4

A contact is a customer or a supplier, a person or a company; its contact persons have the addresses. Of a company's
contact only the contact person is somebody's personal data.

`email` finds a contact by its primary contact person alone, and `search_text` looks at names and notes. The others
are listed contact by contact (openapi-all/contact-persons.yml): a call for each contact in the books, out of a
thousand calls a day. `GET /contacts/contactpersons?email=`, which some use, is in no document of Zoho's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.shapes import listed
from processors.vendors.words import record_id, word
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Mapping, Sequence

CONTACT, PERSON, SHARED = "contact:", "person:", "shared:"
GONE = "1002"
_ANSWERS = frozenset({200, 400, 404})
_LAST_PAGE = 10  # of 200: nobody has so many contacts, and a search that ignores the address would go on for ever


@dataclass(slots=True)
class Found:
    """`refs`: `contact:ID`, the person's own record; `person:ID`, them among a company's; reply: the last answer.

    `shared:ID`: an individual's record that has contact persons with other addresses, and nobody can say whose it is.
    """

    reply: Reply
    refs: set[str] = field(default_factory=set)


def code(reply: Reply) -> str:
    return str(int(reply.json()["code"]))


def refusal(reply: Reply) -> VendorRefused | None:
    """What an answer's code says of it; None for Zoho's 0."""
    said = code(reply)
    return None if said == "0" else VendorRefused(f"zoho_{word(said)}", **told(reply))


def told(reply: Reply) -> dict[str, Any]:
    return {"status": reply.status, "response_sha256": reply.sha256}


def look_up(emails: Sequence[str], account: Mapping[str, str]) -> Generator[Step, Any, Found]:
    """All records with one of the addresses, also inactive ones. account: parameters of each call."""
    rows: dict[str, Mapping[str, Any]] = {}
    pages, reply = [(email, 1) for email in emails], Reply(0)
    while pages:
        replies = all_good((yield tuple(_list(email, page, account) for email, page in pages)))
        reply, following = replies[-1], []
        for (email, page), one in zip(pages, replies, strict=True):
            if error := refusal(one):
                raise error
            body = one.json()
            rows |= {record_id(row["contact_id"]): row for row in listed(body["contacts"])}
            if body.get("page_context", {}).get("has_more_page"):
                following.append((email, page + 1))
        pages = following
        if pages and pages[0][1] > _LAST_PAGE:
            raise VendorRefused("more_than_2000_contacts")
    wanted = {_folded(email) for email in emails}
    found = Found(reply)
    if rows:
        details = all_good((yield tuple(call("GET", f"/contacts/{contact}", account) for contact in rows)))
        for (contact, row), one in zip(rows.items(), details, strict=True):
            found.refs |= set(_refs(contact, row, one, wanted))
    return found


def call(method: str, path: str, account: Mapping[str, str], body: Any = None, **params: str) -> Call:
    """A call below the API's root. Refusals come as 400 and 404 and say which one in their code."""
    return Call(method, f"/books/v3{path}", params={**account, **params}, json=body, expect=_ANSWERS)


def _list(email: str, page: int, account: Mapping[str, str]) -> Call:
    # `email` looks at primary contact persons alone; without the filter an inactive contact would stay hidden.
    params = {**account, "email": email, "filter_by": "Status.All", "page": str(page), "per_page": "200"}
    return Call("GET", "/books/v3/contacts", params=params)


def _refs(contact: str, row: Mapping[str, Any], reply: Reply, wanted: Collection[str]) -> Iterator[str]:
    """The list shows the first contact person's address alone, so each contact is read whole."""
    if code(reply) == GONE:
        return
    if error := refusal(reply):
        raise error
    whole = reply.json()["contact"]
    people = listed(whole.get("contact_persons", []))
    mine = [person for person in people or [row] if _folded(person.get("email")) in wanted]
    if not mine:  # the search takes an address as a part of another one
        return
    is_company = (whole.get("customer_sub_type") or ("business" if whole.get("company_name") else "")) == "business"
    if not is_company and len(mine) == len(people or [row]):
        yield f"{CONTACT}{contact}"
        return
    if whole.get("customer_sub_type") == "individual":
        yield f"{SHARED}{contact}"
        return
    if not people:
        raise VendorRefused("company_without_contact_person", **told(reply))
    yield from (f"{PERSON}{record_id(person['contact_person_id'])}" for person in mine)


def _folded(email: object) -> str:
    return str(email or "").strip().lower()
