"""Amplitude: deletion jobs. Who is asked for, in which job each stands, and how that is.

https://amplitude.com/docs/apis/analytics/user-privacy

A ref is an Amplitude id, `id:7`, or the day on which it was asked for, `on:2026-01-01`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Result
from processors.vendors.later import Later, Undone
from processors.vendors.shapes import listed, rows
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from processors.vendors.base import Reply

_PATH = "/api/2/deletions/users"
_ID, _ON = "id:", "on:"
_LONGEST = timedelta(days=120)
"""How long after it was asked for a job is looked for; a question may span six months."""


def deletion(user_ids: Iterable[str], amplitude_ids: Iterable[str], requester: str) -> Call:
    body: dict[str, Any] = {
        "user_ids": list(user_ids),
        "amplitude_ids": [int(one) for one in amplitude_ids],
        "requester": requester,
        "ignore_invalid_id": "true",
        "delete_from_org": "false",
        "include_mapped_user_ids": "true",
    }
    return Call("POST", _PATH, json={key: value for key, value in body.items() if value})


def unknown(reply: Reply) -> set[str]:
    """The ids that the project doesn't know.

    Raises:
        ValueError: they are told in another way than as plain ids.

    """
    found = [one for job in _jobs(reply) for one in listed(job.get("invalid_ids", []))]
    if not all(isinstance(one, str | int) for one in found):
        raise ValueError("ids that are none")
    return {str(one) for one in found}


def put_into(reply: Reply, ids: Collection[str]) -> Result:
    """Which job takes who is called by these ids."""
    jobs = [job for job in _jobs(reply) if rows(job, "amplitude_ids")]
    named = [(str(job["day"]), one) for job in jobs for one in rows(job, "amplitude_ids")]
    own = [row for row in named if {str(row[1].get("user_id")), str(row[1]["amplitude_id"])} & set(ids)]
    if not own and not any("user_id" in one for _, one in named):
        own = named  # whose is whose isn't told: all wait for all
    if not own:
        raise ValueError("a deletion of somebody else")
    asked_on = min(date.fromisoformat(one["requested_on_day"]) for _, one in own)
    refs = (*(f"{_ID}{int(one['amplitude_id'])}" for _, one in own), f"{_ON}{asked_on}")
    return under_way(reply, max(date.fromisoformat(day) for day, _ in own).isoformat(), refs)


def question(refs: Iterable[str]) -> Call:
    start = min(date.fromisoformat(ref.removeprefix(_ON)) for ref in refs if ref.startswith(_ON))
    return Call("GET", _PATH, params={"start_day": start.isoformat(), "end_day": (start + _LONGEST).isoformat()})


def how_it_stands(reply: Reply, refs: Sequence[str]) -> Result | Undone:
    """All of a person's ids must be in a job that is done."""
    wanted = {ref.removeprefix(_ID) for ref in refs if ref.startswith(_ID)}
    places = [
        (str(one["amplitude_id"]), str(job["status"]).lower(), date.fromisoformat(job["day"]).isoformat())
        for job in _jobs(reply)
        for one in rows(job, "amplitude_ids")
    ]
    mine = [place for place in places if place[0] in wanted]
    if {who for who, _, _ in mine} != wanted:
        about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
        return Undone(VendorRefused("taken_out_of_the_job", **about))
    last = max(day for _, _, day in mine)
    if all(state == "done" for _, state, _ in mine):
        return Result("executed", evidence=reply.evidence(job_id=last, detail=f"users={len(wanted)}"))
    return under_way(reply, last, refs)


def under_way(reply: Reply, day: str, refs: Sequence[str]) -> Result:
    return Result("accepted", evidence=reply.evidence(job_id=day), later=Later(day, tuple(refs)))


def _jobs(reply: Reply) -> list[dict[str, Any]]:
    body = reply.json()
    return body if isinstance(body, list) else [body]
