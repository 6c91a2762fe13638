"""One person's requests, one per address: sent, asked about, and judged together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Instruction, Reply, Result, Script, Step, all_good
from processors.vendors.drp.said import REQUESTS, request_id, requests_of, said
from processors.vendors.later import Later, Undone
from schemas.errors import VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from processors.vendors.drp.options import DrpOptions, Right

_DONE, _GONE = 200, 404


def exercise(instruction: Instruction, right: Right, options: DrpOptions) -> Script:
    """Ask for each address. Raises VendorRefused: the business denies it for one of them."""
    requests = tuple(requests_of(instruction, right, options))
    replies = all_good((yield tuple(Call("POST", REQUESTS, json=request) for request in requests)))
    found = _together(replies)
    if isinstance(found, Undone):
        if found.error.reason == "need_user_verification":
            return Result("manual_task", "need_user_verification", replies[-1].evidence())
        raise found.error
    return found


def asked(names: Sequence[str]) -> Generator[Step, Any, Result | Undone]:
    """How the requests of these ids stand."""
    wanted = frozenset({_DONE, _GONE})
    replies = all_good((yield tuple(Call("GET", f"{REQUESTS}/{name}", expect=wanted) for name in names)))
    gone = next((reply for reply in replies if reply.status == _GONE), None)
    if gone is not None:  # to be asked for anew
        return Undone(VendorUnavailable("request_unknown", status=gone.status, response_sha256=gone.sha256))
    for name, reply in zip(names, replies, strict=True):
        request_id(reply, name)  # the status of another request is nobody's here
    return _together(replies)


def _together(replies: Sequence[Reply]) -> Result | Undone:
    """A refusal, if there is any; else they are under way until all are decided; done, if one of them was."""
    ends = [said(reply) for reply in replies]
    if undone := next((end for end in ends if isinstance(end, Undone)), None):
        return undone
    decided = [end for end in ends if isinstance(end, Result)]
    if len(decided) < len(ends):
        names = tuple(request_id(reply) for reply in replies)
        under_way = replies[ends.index(None)]
        return Result("accepted", evidence=under_way.evidence(job_id=names[0]), later=Later(names[0], names))
    return next((end for end in decided if end.outcome == "executed"), decided[0])
