"""How a window is shared out: each partition of the lane's topic has a part, and its owner may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.limits.use import Part

if TYPE_CHECKING:
    from collections.abc import Collection

    from schemas.windows import Window

POOL = -1
"""In place of a partition: windows of fewer calls than there are partitions are used by a worker as one."""


def parts(window: Window, held: Collection[int], total: int) -> dict[int, Part]:
    """What the owner of these partitions may use, by partition. Summed over all owners it is the window, exactly.

    With fewer calls than partitions no whole call falls to one: an owner has its fraction of the calls, and below one
    call a fraction of their frequency. All partitions in one hand are the whole window; in several hands the window
    is kept on the average, and its calls may come closer together.
    """
    if not held:
        return {}
    if window.calls < total:
        fraction = window.calls * len(held) / total
        return {POOL: Part(max(1, int(fraction)), window.seconds / min(1.0, fraction))}
    return {number: Part(share(window.calls, number, total), window.seconds) for number in sorted(held)}


def share(calls: int, partition: int, total: int) -> int:
    """Whole calls, as even as can be."""
    return (partition + 1) * calls // total - partition * calls // total
