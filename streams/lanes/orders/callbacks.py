"""What a vendor told of one of its jobs by calling us: it has ended, or is worth asking about now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Result
from schemas.records import Evidence
from streams.lanes.orders.post import Family

if TYPE_CHECKING:
    from processors.delivering.job import Now
    from streams.control import Given
    from streams.lanes.orders.post import Post

CALLBACK = "vendor.callback"
JOB, BODY, DONE = "job", "body_sha256", "done"
"""Arguments: the vendor's name for its job, a keyed hash of what it sent, and there if it proves that it is done."""


def family(post: Post) -> Family:
    def heard(given: Given, now: Now) -> str:
        args = given.command.args
        job_id = args.get(JOB, "")
        proof = Evidence(job_id=job_id, response_sha256=args.get(BODY), detail="vendor_called")
        people = post.core.heard(job_id, Result("executed", evidence=proof) if DONE in args else None, now)
        if not people:
            return "no such job here"
        return f"its job for {people} is done" if DONE in args else f"asks about its job for {people}"

    return Family({CALLBACK: heard})
