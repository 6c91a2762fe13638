"""What a newer instruction for the same person takes out of an older one that isn't carried out yet."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from processors.switches import APART
from schemas.records import Cell, Delivery

if TYPE_CHECKING:
    from processors.delivering.job import Job
    from processors.switches import Switches


def cells(delivery: Delivery) -> frozenset[tuple[str, str]]:
    """What the delivery is about: purposes × channels without what newer choices took out."""
    every = _every(delivery.purposes, delivery.channels)
    if not delivery.overtaken:
        return every
    return every - {(cell.purpose, cell.channel) for cell in delivery.overtaken}


@lru_cache(256)
def _every(purposes: tuple[str, ...], channels: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """Of few different instructions there are many."""
    return frozenset((p, c) for p in purposes for c in channels)


def overtakes(later: Delivery, earlier: Delivery) -> bool:
    """Whether the one that came in later also counts more: chosen later, or as protective at the same moment.

    A withdrawal always does: it is planned only where it counts, also against an import that was said later. Of one
    event's instructions the later one counts: what is granted again after a deletion follows it.
    """
    if later.event_id == earlier.event_id or later.action == "withdraw":
        return True
    return (later.occurred_at, later.protective) >= (earlier.occurred_at, earlier.protective)


def reaches(later: Delivery, earlier: Delivery) -> bool:
    """Whether the vendor finds by the later one all that the earlier one names: else it is about somebody else there.

    A grant is not sent past what protects, whoever that names.
    """
    return (later.protective and not earlier.protective) or set(later.names).issuperset(earlier.names)


def left_of(earlier: Delivery, later: Delivery, switches: Switches = APART) -> Delivery | None:
    """The earlier one without what the later one decides anew; None: nothing of it is left.

    A deletion stays whatever is granted later; only another deletion takes its place. switches: of the vendor, where
    the earlier one could be carried out after the later one. A grant would then switch on what was withdrawn.
    """
    if not (overtakes(later, earlier) and reaches(later, earlier)):
        return earlier
    if later.action == "delete":
        return None
    if earlier.action == "delete":
        return earlier
    mine, anew = cells(earlier), cells(later)
    if switches and later.protective and earlier.action == "grant":
        anew |= {(p, c) for p, c in mine if any(channel == c and switches.join(o, p) for o, channel in anew)}
    if not mine & anew:
        return earlier
    left = mine - anew
    if not left:
        return None
    gone = _every(earlier.purposes, earlier.channels) - left
    overtaken = tuple(Cell(purpose=p, channel=c) for p, c in sorted(gone))
    # A vendor's switch for everything would reach the overtaken cells too.
    return earlier.changed(overtaken=overtaken, all_purposes=False)


def left_to_verify(done: Delivery, later: Delivery) -> Delivery | None:
    """What of a done one can still be read back; None: nothing, perhaps as a grant has brought the person back."""
    return None if later.action == "grant" and overtakes(later, done) else left_of(done, later)


def left_yet(earlier: Delivery, later: Job, switches: Switches = APART, *, dry: bool = False) -> Delivery | None:
    """As `left_of`; but a deletion that may be cancelled, on hold or only rehearsed, takes out nothing but grants."""
    if later.action == "delete" and earlier.protective and (dry or later.hold is not None):
        return earlier
    return left_of(earlier, later.delivery, switches)


def left_of_job(job: Job, later: Job, switches: Switches = APART, *, dry: bool = False) -> Delivery | None:
    """As `left_yet`; but a deletion that may be half done at the vendor is not another one's to finish.

    Of two that wait for the end of a cancel window the later one does.
    """
    if job.action == "delete" and job.refs is not None:
        return job.delivery
    if job.hold == later.hold == "waiting":
        return left_of(job.delivery, later.delivery, switches)
    return left_yet(job.delivery, later, switches, dry=dry)


def keeps_back(earlier: Job, later: Job) -> bool:
    """Whether a later one must wait while the earlier one is on hold, or waits behind such a one.

    A withdrawal may go past: it protects sooner, and undoes nothing. A grant may not, as the deletion before it would
    erase what it grants; a deletion takes the earlier one's place. Past what was only rehearsed nothing goes.
    """
    if earlier.hold == "dry_run" or later.action != "withdraw":
        return True
    return earlier.action == "grant" and bool(cells(earlier.delivery) & cells(later.delivery))
