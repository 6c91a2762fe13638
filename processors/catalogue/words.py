"""What an adapter says of itself, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.evidence import MARKS
from schemas.windows import length

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.vendors.base import Vendor
    from processors.vendors.capability import Capability

    Kind = type[Vendor] | Vendor

NEVER_TRIED = "not tried against the live vendor"


def ending(can: Capability) -> str:
    """The outcome when all goes well."""
    return can.closing if can.kind == "api" else can.kind


def marks(kind: Kind) -> str:
    """The marks of its sources, the strongest first: `S D`; with U where the code relies on what none confirms."""
    has_gaps = bool(kind.unverified) or not kind.evidence
    found = {mark for mark, _ in kind.evidence} | ({"U"} if has_gaps else set())
    return " ".join(mark for mark in MARKS if mark in found)


def checked(kind: Kind) -> str:
    """Against what calls and sandbox were compared."""
    return f"{kind.checked}; {NEVER_TRIED}" if kind.checked else NEVER_TRIED


def doubts(kind: Kind) -> tuple[str, ...]:
    """What the code relies on and no document confirms."""
    return kind.unverified if kind.evidence else ("no source is given for what it does", *kind.unverified)


def limits(kind: type[Vendor]) -> Iterator[str]:
    """What the vendor documents of how often, and how often at once, it may be called."""
    yield from map(str, kind.limits)
    if kind.concurrency is not None:
        yield f"{kind.concurrency} at the same time"


def details(can: Capability, wait_s: float | None = None) -> Iterator[str]:
    """When the vendor is asked again, what it allows itself, who shares a call. wait_s: a connection's own."""
    if jobs := can.polls:
        first, most, limit = (length(seconds) for seconds in (jobs.first_s, jobs.ceiling_s, jobs.limit_s))
        then = f"then {jobs.factor:g} times as late, at most {most} apart"
        yield f"a job is asked about after {first}, {then}, for {limit}"
    if can.read_back_s is not None:
        yield f"read back after {length(can.read_back_s)}, unless a connection's read_back says otherwise"
    if can.vendor_limit_s is not None:
        yield f"the vendor allows itself {length(can.vendor_limit_s)}"
    if can.batch > 1:
        unit = "bytes" if can.batch_ids is None else "ids"
        room = "" if can.batch_weight is None else f" or {can.batch_weight} {unit}"
        wait = f"they wait {can.company_s(wait_s):g} s at most for one another"
        yield f"up to {can.batch} people{room} in one call; {wait}"
    if not can.idempotent:
        yield "no act to repeat blindly: what it will do is noted first"
