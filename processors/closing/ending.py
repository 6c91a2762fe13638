"""Whether a request is done: closed when all its legs have ended, open again when one of them begins anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.closing.words import is_exception

if TYPE_CHECKING:
    from schemas.request import Request, RequestLeg


def exceptions(request: Request) -> tuple[RequestLeg, ...]:
    """The ended legs where not all was done."""
    return tuple(leg for leg in request.legs if leg.final and is_exception(leg))


def settled(request: Request) -> Request:
    """With the status that its legs give it; the same object if that is as before."""
    for leg in request.legs:  # a loop, as any() takes twice the time, and this is asked after each word
        if not leg.final:
            return request if request.is_open else request.changed(status="open", closed_at=None)
    status = "completed_with_exceptions" if exceptions(request) else "completed"
    if request.status == status:
        return request
    closed_at = max((leg.at for leg in request.legs), default=request.opened_at)
    return request.changed(status=status, closed_at=closed_at, closings=request.closings + 1)
