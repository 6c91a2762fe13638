"""Stripe: redaction jobs. One begins to validate by itself, is run on order, and is asked about until it is over.

https://docs.stripe.com/api/privacy/redaction-job, .../create, .../run, .../validate
https://docs.stripe.com/api/privacy/redaction-job-validation-error/list

Guard: `validation_behavior` is `error`; `fix` would cancel what stands in the way, as a subscription.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Note, Reply, Result, Step, all_good
from processors.vendors.later import Later, Undone
from processors.vendors.shapes import rows
from processors.vendors.stripe.customers import told
from processors.vendors.words import record_id, word
from schemas.errors import VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Sequence

    from processors.vendors.base import Instruction
    from processors.vendors.stripe.customers import Found

JOBS, JOB = "/v1/privacy/redaction_jobs", "job:"
DUE = "due:"
"""Before a customer who is to be put into a job; without it: who is in one of those that are noted."""
DONE, READY, FAILED = "succeeded", "ready", "failed"
CANCELED = frozenset({"canceling", "canceled"})
_MOST = 10
_LOCKED = "locked_by_other_job"
# "validated", passed but not redacted yet: https://docs.stripe.com/changelog/dahlia/2026-06-24 tells it of jobs, too
_NAMES = frozenset({"created", "validating", "validated", "redacting", DONE, READY, FAILED, *CANCELED})


def creations(customers: Sequence[str], delivery_id: str, earlier: Collection[str]) -> Iterator[Call]:
    """A job for each ten. A try after a crash is the same job; one after a canceled job (`earlier`) is another."""
    for start in range(0, len(customers), _MOST):
        some = customers[start : start + _MOST]
        key = hashlib.sha256("|".join((delivery_id, *some, *sorted(earlier))).encode()).hexdigest()
        form = {"objects[customers][]": some, "validation_behavior": "error"}
        yield Call("POST", JOBS, form=form, headers={"Idempotency-Key": key})


def ref_of(reply: Reply) -> str:
    """A new job as it is noted."""
    status_of(reply)
    return f"{JOB}{record_id(reply.json()['id'])}"


def jobs_in(refs: Collection[str]) -> list[str]:
    return sorted(ref for ref in refs if ref.startswith(JOB))


def redact(instruction: Instruction, found: Found, known: set[str]) -> Generator[Step, Any, Result]:
    """What an earlier try has begun is gone on with; customers that are in none of its jobs get one.

    known: what that try noted, customers and jobs. Whom it only noted is put into a job even if no look-up finds them
    any more, as when their address has changed since.
    """
    jobs, reply, states = jobs_in(known), found.reply, set()
    due = {ref.removeprefix(DUE) for ref in known if ref.startswith(DUE)}
    placed = {ref for ref in known if not ref.startswith((DUE, JOB))}
    for job in jobs:
        status, reply = yield from drive(job, again=True)
        states.add(status)
    is_canceled = bool(states & CANCELED)
    fresh = due | (found.ids if is_canceled else found.ids - placed)
    if not fresh:
        return under_way(known, reply) if states - {DONE} else over(known, reply)
    kept = placed | (set() if is_canceled else set(jobs))
    noted = {*placed, *jobs, *(f"{DUE}{one}" for one in fresh)}
    yield Note(instruction.delivery_id, tuple(sorted(noted)))
    made = all_good((yield tuple(creations(sorted(fresh), instruction.delivery_id, jobs))))
    refs = kept | fresh | set(map(ref_of, made))
    yield Note(instruction.delivery_id, tuple(sorted(refs)))
    return under_way(refs, made[-1])


def drive(ref: str, *, again: bool = False) -> Generator[Step, Any, tuple[str, Reply]]:
    """How the job stands; one that is ready is run. again: one that failed is validated once more."""
    path = f"{JOBS}/{ref.removeprefix(JOB)}"
    reply = yield Call("GET", path)
    status = status_of(reply)
    if status == READY:
        reply = yield Call("POST", f"{path}/run")
    elif status == FAILED and again:
        reply = yield Call("POST", f"{path}/validate")
    return status_of(reply), reply


def progress(refs: Collection[str]) -> Generator[Step, Any, Result | Undone]:
    """How all jobs of a person stand together."""
    running = False
    for job in jobs_in(refs):
        status, reply = yield from drive(job)
        if status == FAILED:
            return Undone((yield from _why(job)))
        if status in CANCELED:
            return Undone(VendorRefused("redaction_canceled", **told(reply)))
        running |= status != DONE
    return under_way(refs, reply) if running else over(refs, reply)


def under_way(refs: Collection[str], reply: Reply) -> Result:
    """All refs are needed to ask again."""
    name = jobs_in(refs)[0].removeprefix(JOB)
    evidence = reply.evidence(job_id=name, detail=_counted(refs))
    return Result("accepted", evidence=evidence, later=Later(name, tuple(sorted(refs))))


def over(refs: Collection[str], reply: Reply) -> Result:
    name = jobs_in(refs)[0].removeprefix(JOB)
    return Result("executed", evidence=reply.evidence(job_id=name, detail=_counted(refs)))


def status_of(reply: Reply) -> str:
    """Raises KeyError: it says nothing of a job."""
    return {name: name for name in _NAMES}[reply.json()["status"]]


def _why(job: str) -> Generator[Step, Any, VendorError]:
    """The code of the first thing that kept a job from being run; a job of others ends by itself."""
    reply = yield Call("GET", f"{JOBS}/{job.removeprefix(JOB)}/validation_errors", params={"limit": "1"})
    codes = [one["code"] for one in rows(reply.json(), "data")]
    reason = f"redaction_{word(codes[0]) if codes else FAILED}"
    if _LOCKED in codes[:1]:
        return VendorUnavailable(reason, lane_wide=False, **told(reply))
    return VendorRefused(reason, **told(reply))


def _counted(refs: Collection[str]) -> str:
    jobs = len(jobs_in(refs))
    return f"customers={len(refs) - jobs}, jobs={jobs}"
