"""Zoho CRM, asked later: how a job has ended for each person, and whether what was done stands.

The status of a job counts records and names none, so each record is looked for. The search lags by seconds: a
read-back comes after an hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Answer, Result, all_good, gravest
from processors.vendors.later import Later, Undone
from processors.vendors.zoho.crm.erase import STILL_THERE, purge
from processors.vendors.zoho.crm.jobs import JOB, name_of, questions, runs
from processors.vendors.zoho.crm.search import look_up
from schemas.errors import VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from processors.vendors.base import Instruction, PollScript, ReadBackScript, Reply
    from processors.vendors.zoho.crm.options import CrmOptions


def poll(instructions: Sequence[Instruction]) -> PollScript:
    jobs = sorted({ref for one in instructions for ref in one.refs if ref.startswith(JOB)})
    statuses = all_good((yield questions(jobs)))
    running = next((reply for reply in statuses if runs(reply)), None)
    if running is not None:
        return {one.delivery_id: under_way(one.refs, jobs, running) for one in instructions}
    records = {one.delivery_id: set(one.refs) - set(jobs) for one in instructions}
    fates = yield from purge({ref for refs in records.values() for ref in refs})
    return {who: _ended(refs, fates, name_of(jobs)) for who, refs in records.items()}


def under_way(refs: Collection[str], jobs: Collection[str], reply: Reply) -> Result:
    """These jobs have some of the records; all refs are needed to ask about them."""
    name = name_of(jobs)
    evidence = reply.evidence(job_id=name, detail=f"records={len(set(refs) - set(jobs))}")
    return Result("accepted", evidence=evidence, later=Later(name, tuple(sorted({*refs, *jobs}))))


def read_back(instruction: Instruction, options: CrmOptions) -> ReadBackScript:
    emails = {instruction.delivery_id: instruction.need("email")}
    found = (yield from look_up(emails, options))[instruction.delivery_id]
    if found.error is not None:
        raise found.error
    assert found.reply is not None  # noqa: S101 - without an answer there is an error
    told = {"status": found.reply.status, "response_sha256": found.reply.sha256}
    if instruction.action == "delete":
        if found.refs:
            return Undone(VendorRefused("found_again", **told))  # type: ignore[arg-type]
        others = f", in_other_fields={found.others}" if found.others else ""
        return Result("verified", evidence=found.reply.evidence(detail=f"not_found{others}"))
    if not all(isinstance(out, bool) for out in found.opted_out):
        raise VendorRefused("opt_out_not_shown", **told)  # type: ignore[arg-type]
    if not all(found.opted_out):
        return Undone(VendorRefused("not_opted_out", **told))  # type: ignore[arg-type]
    return Result("verified", evidence=found.reply.evidence(detail=f"records={len(found.refs)}"))


def _ended(refs: Collection[str], fates: Mapping[str, Answer], name: str) -> Result | Undone | VendorError:
    mine = [fates[ref] for ref in sorted(refs)]
    error = gravest(fate for fate in mine if isinstance(fate, VendorError))
    if error is None:
        return Result("executed", evidence=all_good(mine)[-1].evidence(job_id=name, detail=f"records={len(mine)}"))
    # Whatever else may pass is asked again; a record that is still there wasn't deleted.
    asked_again = isinstance(error, VendorUnavailable) and error.reason != STILL_THERE
    return error if asked_again else Undone(error)
