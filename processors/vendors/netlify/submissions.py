"""Netlify: submissions of a site's forms, read through for an address, and deleted.

listSiteSubmissions, deleteSubmission: netlify/open-api at 6508031, swagger.yml
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.identifiers import trimmed_lower
from processors.vendors.shapes import listed
from processors.vendors.words import record_id
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Mapping, Sequence

_PAGE = 100
_VERIFIED: Mapping[str, str] = {}
_SPAM = {"state": "spam"}


@dataclass(frozen=True, slots=True)
class Found:
    """`ids`: of all submissions with one of the addresses; reply: the last answer."""

    ids: frozenset[str]
    reply: Reply


def look_up(emails: Sequence[str], sites: Sequence[str], most_pages: int) -> Generator[Step, Any, Found]:
    """Every submission, verified or spam, of which a field is one of the addresses.

    Raises:
        VendorRefused: a site has more pages than that.

    """
    wanted = {trimmed_lower(email) for email in emails}
    lists = [(site, state) for site in sites for state in (_VERIFIED, _SPAM)]
    ids: set[str] = set()
    reply = Reply(0)
    for page in range(1, most_pages + 2):
        calls = [_list(site, page, state, wanted) for site, state in lists]
        replies = all_good((yield tuple(calls)))
        rows = [listed(one.json()) for one in replies]
        ids |= {record_id(one["id"]) for some in rows for one in some if wanted & set(_addresses(one))}
        reply = replies[-1]
        # Only a page without any is the last one: how many Netlify puts on a page at the most isn't documented.
        lists = [place for place, some in zip(lists, rows, strict=True) if some]
        if not lists:
            return Found(frozenset(ids), reply)
    raise VendorRefused("more_submissions_than_most_pages", status=reply.status, response_sha256=reply.sha256)


def removal(submission: str) -> Call:
    """One that went since it was found is gone."""
    return Call("DELETE", f"/api/v1/submissions/{submission}", expect=frozenset({204, 404}))


def _list(site: str, page: int, state: Mapping[str, str], wanted: Collection[str]) -> Call:
    params = {**state, "page": str(page), "per_page": str(_PAGE)}
    return Call("GET", f"/api/v1/sites/{site}/submissions", params=params, seeks=tuple(sorted(wanted)))


def _addresses(submission: Mapping[str, Any]) -> Iterator[str]:
    """All texts of it that could be an address: its own field, and what the form's fields hold."""
    for value in (submission.get("email"), *(submission.get("data") or {}).values()):
        if isinstance(value, str):
            yield trimmed_lower(value)
