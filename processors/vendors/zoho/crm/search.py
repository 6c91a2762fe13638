"""Zoho CRM: every record that carries an address.

https://www.zoho.com/crm/developer/docs/api/v8/search-records.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Answer, Call, Reply, Step, gravest
from processors.vendors.words import record_id
from schemas.errors import VendorError, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

_LAST_PAGE = 10  # of 200: the search shows no more than 2,000 records


@dataclass(slots=True)
class Found:
    """What the look-up of one person gave. `refs`: `Contacts:ID`; opted_out: what each says of `Email_Opt_Out`."""

    refs: set[str] = field(default_factory=set)
    opted_out: list[object] = field(default_factory=list)
    reply: Reply | None = None
    error: VendorError | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    who: str
    module: str
    email: str = field(repr=False)
    number: int = 1

    def call(self) -> Call:
        # By default converted leads and records awaiting approval stay hidden: they are the person's data too.
        shown = {"converted": "both", "approved": "both", "page": str(self.number), "per_page": "200"}
        path = f"/crm/v8/{self.module}/search"
        return Call("GET", path, params={"email": self.email} | shown, expect=frozenset({200, 204}))

    def read(self, answer: Answer, found: Found) -> _Page | None:
        """Put the records into `found`; the next page, if there is one."""
        if isinstance(answer, VendorError):
            raise answer
        found.reply = answer
        if answer.status == 204:  # noqa: PLR2004 - no content: nobody found
            return None
        body = answer.json()
        # What has no id is no record but perhaps an error, and then nobody knows whom the answer leaves out.
        mine = [record for record in body["data"] if record_id(record["id"]) and self._carries_it(record)]
        found.refs |= {f"{self.module}:{record['id']}" for record in mine}
        found.opted_out += [record.get("Email_Opt_Out") for record in mine]
        if not body.get("info", {}).get("more_records"):
            return None
        if self.number == _LAST_PAGE:
            raise VendorRefused("more_than_2000_records")
        return _Page(self.who, self.module, self.email, self.number + 1)

    def _carries_it(self, record: Mapping[str, Any]) -> bool:
        # The search also finds parts of an address: only the same address, in any field, is the same person.
        wanted = self.email.strip().lower()
        return any(isinstance(value, str) and value.strip().lower() == wanted for value in record.values())


def look_up(people: Mapping[str, Sequence[str]], modules: Sequence[str]) -> Generator[Step, Any, dict[str, Found]]:
    """All pages of all modules for people → their addresses. One person's failure is that person's alone."""
    found = {who: Found() for who in people}
    pages = [_Page(who, module, email) for who in people for email in people[who] for module in modules]
    while pages:
        answers = yield tuple(page.call() for page in pages)
        following = []
        for page, answer in zip(pages, answers, strict=True):
            try:
                following.append(page.read(answer, found[page.who]))
            except VendorError as error:
                found[page.who].error = gravest((error, found[page.who].error or error))
        pages = [page for page in following if page is not None]
    return found
