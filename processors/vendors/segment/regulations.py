"""Segment: regulations, how they stand, and who is suppressed.

https://docs.segmentapis.com/tag/Deletion-and-Suppression#operation/getRegulation
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Result
from processors.vendors.id_lists import every, named
from processors.vendors.later import Later, Undone
from processors.vendors.shapes import rows
from processors.vendors.words import record_id, word
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from processors.vendors.base import BatchScript, Instruction, Reply, Step

_RUNNING = {"INITIALIZED", "RUNNING"}
_DONE = {"FINISHED", "NOT_SUPPORTED"}
_FAILED = {"FAILED", "INVALID", "PARTIAL_SUCCESS"}
_PAGE = 1000
_MOST_PAGES = 1000


def regulate(kind: str, instructions: Sequence[Instruction]) -> BatchScript:
    """One regulation for all of them."""
    people, outcomes = named(instructions, "user_id")
    if people:
        body = {"regulationType": kind, "subjectType": "USER_ID", "subjectIds": every(people)}
        reply = yield Call("POST", "/regulations", json=body, api="regulations")
        outcomes |= dict.fromkeys(people, under_way(reply, record_id(reply.json()["data"]["regulateId"])))
    return outcomes


def question(job: str) -> Call:
    return Call("GET", f"/regulations/{job}", expect=frozenset({200, 404}))


def under_way(reply: Reply, job: str) -> Result:
    return Result("accepted", evidence=reply.evidence(job_id=job), later=Later(job, (job,)))


def how_it_stands(reply: Reply, job: str) -> Result | Undone:
    """What the answer says. Segment's own part is done where all that failed is a destination without deletions.

    Raises:
        ValueError: it is about another regulation, or says a word that isn't documented.

    """
    regulation = reply.json()["data"]["regulation"]
    overall = regulation["overallStatus"]
    streams = rows(regulation, "streamStatus")
    each = [str(one["status"]) for stream in streams for one in rows(stream, "destinationStatus")]
    if regulation["id"] != job or not {overall, *each} <= _RUNNING | _DONE | _FAILED:
        raise ValueError("another regulation, or a status that nobody knows")
    if overall in _RUNNING or (overall != "FINISHED" and _RUNNING & set(each)):
        return under_way(reply, job)
    unsupported = each.count("NOT_SUPPORTED")
    if overall == "FINISHED" or (unsupported and set(each) <= _DONE):
        detail = f"destinations={len(each)},not_supported={unsupported}"
        return Result("executed", evidence=reply.evidence(job_id=job, detail=detail))
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    return Undone(VendorRefused(f"regulation_{word(overall)}", **about))


def suppressed(people: Mapping[str, Sequence[str]]) -> Generator[Step, Any, tuple[set[str], Reply]]:
    """Which of their ids the workspace suppresses, and the last page that says so.

    Raises:
        VendorRefused: there are more pages than are read.

    """
    wanted, found, cursor = set(every(people)), set[str](), ""
    for _ in range(_MOST_PAGES):
        page = {"pagination.count": str(_PAGE)} | ({"pagination.cursor": cursor} if cursor else {})
        reply = yield Call("GET", "/suppressions", params=page)
        data = reply.json()["data"]
        for one in rows(data, "suppressed"):
            found |= wanted & set(rows(one, "subjectIds")) if one["subjectType"] == "USER_ID" else set()
        cursor = data["pagination"].get("next") or ""
        if not cursor:
            return found, reply
    raise VendorRefused("too_many_suppressions")
