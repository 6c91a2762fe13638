"""Zoho CRM: every record that carries an address.

https://www.zoho.com/crm/developer/docs/api/v8/search-records.html: `email` looks into every field of a module that
has addresses, so what was found is compared with the person before anything is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Answer, Call, Reply, Step, gravest
from processors.vendors.shapes import rows
from processors.vendors.words import record_id
from schemas.errors import VendorError, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from processors.vendors.zoho.crm.options import CrmOptions

_LAST_PAGE = 10  # of 200: the search shows no more than 2,000 records


@dataclass(slots=True)
class Found:
    """What the look-up of one person gave. `refs`: `Contacts:ID`; opted_out: what each says of `Email_Opt_Out`.

    elsewhere: those that have an address in a field which isn't a person's own.
    """

    refs: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    opted_out: list[object] = field(default_factory=list)
    reply: Reply | None = None
    error: VendorError | None = None

    @property
    def others(self) -> int:
        """Records that may be somebody else's."""
        return len(self.elsewhere - self.refs)


@dataclass(frozen=True, slots=True)
class _Page:
    who: str
    module: str
    email: str = field(repr=False)
    own: Sequence[str]
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
        for record in rows(body, "data"):
            # What has no id is no record but perhaps an error, and then nobody knows whom the answer leaves out.
            ref = f"{self.module}:{record_id(record['id'])}"
            fields = self._carriers(record)
            if fields.isdisjoint(self.own):
                found.elsewhere |= {ref} if fields else set()
            elif ref not in found.refs:
                found.refs.add(ref)
                found.opted_out.append(record.get("Email_Opt_Out"))
        if not body.get("info", {}).get("more_records"):
            return None
        if self.number == _LAST_PAGE:
            raise VendorRefused("more_than_2000_records")
        return replace(self, number=self.number + 1)

    def _carriers(self, record: Mapping[str, Any]) -> set[str]:
        """The fields that have the address. The search finds parts of one as well, which are somebody else's."""
        wanted = self.email.strip().lower()
        return {name for name, value in record.items() if isinstance(value, str) and value.strip().lower() == wanted}


def look_up(people: Mapping[str, Sequence[str]], options: CrmOptions) -> Generator[Step, Any, dict[str, Found]]:
    """All pages of all modules for people → their addresses. One person's failure is that person's alone."""
    found = {who: Found() for who in people}
    asked = [(who, module, email) for who in people for email in people[who] for module in options.modules]
    pages = [_Page(*one, options.email_fields) for one in asked]
    while pages:
        answers = yield tuple(page.call() for page in pages)
        following = []
        for page, answer in zip(pages, answers, strict=True):
            try:
                following.append(page.read(answer, found[page.who]))
            except VendorError as error:
                error.with_traceback(
                    None
                )  # it holds this frame, which holds the error: only the collector would end that
                found[page.who].error = gravest((error, found[page.who].error or error))
        pages = [page for page in following if page is not None]
    return found
