"""Partitions side by side, each in a process of its own; what is told of the progress is summed."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, TypeVar

from schemas.errors import SetupError
from streams.memory import collect_seldom

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.sharedctypes import Synchronized

    from streams.replaying.part import Part, Tell

    Job = Callable[[Part, Tell], "T"]

T = TypeVar("T")
POLL_S = 0.2
_read: Synchronized[int] | None = None


def side_by_side(job: Job[T], parts: Sequence[Part], processes: int, seen: Callable[[int], None]) -> list[T]:
    """Do it with each part, so many at a time; one of them alone takes no process. `seen` is told how far all are.

    job: of a part and whom it tells of each step of the offset; it can be pickled, as what it returns.

    Raises:
        SetupError: a process was killed; and whatever the job raises.

    """
    if min(processes, len(parts)) == 1:
        collect_seldom()
        far = 0

        def add(offsets: int) -> None:
            nonlocal far
            far += offsets
            seen(far)

        return [job(part, add) for part in parts]
    context = multiprocessing.get_context("spawn")
    count = context.Value("q", 0)
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(count,)) as pool:
        # The longest first, so that none of them is begun when all others are done.
        order = sorted(parts, key=lambda part: (-part.end, part.partition))
        running = {part.partition: pool.submit(_one, job, part) for part in order}
        try:
            _watch(running.values(), count, seen)
            return [running[part.partition].result() for part in parts]
        except BrokenProcessPool:
            raise SetupError(
                "a process of the replay was killed", remedy="fewer --processes, or more memory"
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _watch(running: Any, count: Synchronized[int], seen: Callable[[int], None]) -> None:
    left = set(running)
    while left:
        try:
            for job in as_completed(left, timeout=POLL_S):
                left.discard(job)
                job.result()
        except TimeoutError:
            pass
        seen(count.value)


def _begin(count: Synchronized[int]) -> None:
    global _read  # noqa: PLW0603 - how a pool's processes get what is shared
    _read = count
    collect_seldom()


def _one(job: Job[T], part: Part) -> T:
    return job(part, _add)


def _add(offsets: int) -> None:
    if _read is not None:
        with _read.get_lock():
            _read.value += offsets
