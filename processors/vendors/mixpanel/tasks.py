"""Mixpanel: deletion tasks, and what their status says of each person.

https://docs.mixpanel.com/reference/gdpr-api#check-status-of-a-deletion-task
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Result
from processors.vendors.later import Later, Undone
from processors.vendors.shapes import listed
from processors.vendors.words import record_id
from schemas.errors import VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from processors.vendors.base import Reply
    from processors.vendors.mixpanel.options import MixpanelOptions

_PATH = "/api/app/data-deletions/v3.0"
_RUNNING = {"PENDING", "STAGING", "STARTED"}


def task(ids: Sequence[str], options: MixpanelOptions) -> Call:
    body = {"distinct_ids": list(ids), "compliance_type": options.compliance}
    return Call("POST", f"{_PATH}/", params=_project(options), json=body, expect=frozenset({200, 201}))


def question(job: str, options: MixpanelOptions) -> Call:
    return Call("GET", f"{_PATH}/{job}/", params=_project(options))


def id_of(reply: Reply) -> str:
    """A new task's id: an object with `task_id` (OpenAPI) or a list with one `tracking_id` (the page's example)."""
    results = reply.json()["results"]
    (one,) = results if isinstance(results, list) else [results]
    return record_id(one.get("task_id") or one["tracking_id"])


def under_way(reply: Reply, job: str) -> Result:
    return Result("accepted", evidence=reply.evidence(job_id=job), later=Later(job, (job,)))


def how_it_stands(reply: Reply, job: str, ids: Collection[str]) -> Result | Undone | VendorError:
    """What the task's status says of who has these ids.

    Raises:
        ValueError: it says a word that isn't documented.

    """
    task = reply.json()["results"]
    state = task["status"]
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    named = set(map(str, listed(task.get("distinct_ids", list(ids)))))
    if state in _RUNNING:
        return under_way(reply, job)
    if state == "SUCCESS":
        done = Result("executed", evidence=reply.evidence(job_id=job))
        return done if set(ids) <= named else Undone(VendorRefused("not_in_task", **about))
    if state == "UNKNOWN":  # "an error occurred while locating the task": it is to be asked again
        return VendorUnavailable("task_unknown", **about)
    if state == "NOT_FOUND":
        return Undone(VendorUnavailable("task_not_found", **about))
    if state == "FAILURE" and named - set(ids):
        # It may be another one's id that Mixpanel can't process: each comes again in a task of other company.
        return Undone(VendorUnavailable("task_failed_together", **about))
    if state in {"FAILURE", "REVOKED"}:
        return Undone(VendorRefused(f"task_{state.lower()}", **about))
    raise ValueError("a status that nobody knows")


def _project(options: MixpanelOptions) -> dict[str, str]:
    return {"token": options.project_token}
