"""Zoho CRM: many records of a module deleted by one call, perhaps as a job that Zoho runs.

https://www.zoho.com/crm/developer/docs/api/v8/mass-delete.html and mass-delete-status.html, as read: up to 500 ids
in a call; one job at a time, else ALREADY_SCHEDULED. By these pages ids are answered at once, each record for itself,
and a job's id is only given for a custom view; Zoho's OpenAPI file (v8.0/mass_delete_cvid.json) doesn't tie the two
answers to the two requests. So both are read. The status counts records and names none: which are gone is asked one
by one. Not documented: how long a job takes and its status is kept, and whether it starts the customer's workflows:
there is no `wf_trigger` as the plain deletion has it. That is why it must be asked for, by `mass_delete_above`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from processors.vendors.base import Call, Reply
from processors.vendors.zoho.crm.refs import by_module, id_of, module_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

JOB = "job:"
"""What a ref begins with that is no record but a job, `job:Contacts:ID`."""
AT_ONCE = 500
BUSY = "ALREADY_SCHEDULED"
_ENDED = {"COMPLETED", "FAILED"}
_UNKNOWN = {204, 404}


def many(refs: Collection[str], above: int | None) -> list[str]:
    """Records of modules with more of them than that."""
    counts = Counter(map(module_of, refs))
    return [ref for ref in sorted(refs) if above is not None and counts[module_of(ref)] > above]


def submissions(refs: Iterable[str]) -> list[tuple[Call, Sequence[str]]]:
    return [(_submission(module, some), some) for module, some in by_module(refs, AT_ONCE)]


def taken(reply: Reply) -> str | None:
    """The id of the job that Zoho has made of it; `BUSY`: another one runs, nothing was done; None: it is done.

    Raises:
        VendorUnavailable: it is no JSON.

    """
    body = reply.json()
    items = body.get("data", [body])
    job = next((job for item in items if (job := (item.get("details") or {}).get("job_id"))), None)
    return BUSY if any(item.get("code") == BUSY for item in items) else job


def name_of(jobs: Iterable[str]) -> str:
    """What the jobs of one call are called together."""
    return ",".join(sorted(job.removeprefix(JOB) for job in jobs))


def questions(jobs: Iterable[str]) -> tuple[Call, ...]:
    expect = frozenset({200, *_UNKNOWN})
    places = (job.removeprefix(JOB).partition(":") for job in jobs)
    return tuple(Call("GET", _path(module), params={"job_id": job}, expect=expect) for module, _, job in places)


def runs(reply: Reply) -> bool:
    """Whether the job isn't over yet; one that Zoho doesn't know any more is."""
    return reply.status not in _UNKNOWN and reply.json()["data"][0]["Status"] not in _ENDED


def _submission(module: str, refs: Sequence[str]) -> Call:
    body = {"ids": [id_of(ref) for ref in refs]}
    return Call("POST", _path(module), json=body, expect=frozenset({200, 202, 207, 400}))


def _path(module: str) -> str:
    return f"/crm/v8/{module}/actions/mass_delete"
