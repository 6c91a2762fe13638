"""A whole rebuild: partitions side by side in processes, their sorted lines merged into one file each."""

from __future__ import annotations

import heapq
import json
import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from processors.replaying.rows import FILES
from schemas.errors import SetupError
from schemas.version import SOFTWARE
from streams.replaying.part import Part, Told, digest, place, write
from streams.storage import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.sharedctypes import Synchronized

    from streams.settings import Settings

POLL_S = 0.2
_read: Synchronized[int] | None = None


def rebuild(settings: Settings, parts: Sequence[Part], out: Path, processes: int, seen: Callable[[int], None]) -> Any:
    """Write the state into `out`, and return what `replay.json` says of it. `seen` is told how far all are.

    Raises:
        SetupError: as `part.fold` does, or `out` can't be written.

    """
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".replay-", dir=out) as scratch:
            told = _fold_all(settings, parts, Path(scratch), processes, seen)
            for name in FILES:
                _merge(name, parts, Path(scratch), out)
        summary = _summary(parts, told, out)
        (out / "replay.json").write_text(f"{json.dumps(summary, indent=1)}\n", "utf-8")
    return summary


def _fold_all(
    settings: Settings, parts: Sequence[Part], scratch: Path, processes: int, seen: Callable[[int], None]
) -> list[Told]:
    if min(processes, len(parts)) == 1:
        far = 0

        def add(offsets: int) -> None:
            nonlocal far
            far += offsets
            seen(far)

        return [write(settings, part, scratch, add) for part in parts]
    context = multiprocessing.get_context("spawn")
    count = context.Value("q", 0)
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(count,)) as pool:
        # The longest first, so that none of them is begun when all others are done.
        order = sorted(parts, key=lambda part: (-part.end, part.partition))
        running = {pool.submit(_one, settings, part, scratch): part for part in order}
        try:
            _watch(running, count, seen)
            return [job.result() for job in running]
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


def _one(settings: Settings, part: Part, scratch: Path) -> Told:
    return write(settings, part, scratch, _add)


def _add(offsets: int) -> None:
    if _read is not None:
        with _read.get_lock():
            _read.value += offsets


def _merge(name: str, parts: Sequence[Part], scratch: Path, out: Path) -> None:
    """Lines begin with whom they are about, so their order as bytes is that of people and events."""
    whole = scratch / name
    with ExitStack() as stack, whole.open("wb") as file:
        sources = [stack.enter_context(place(scratch, name, part.partition).open("rb")) for part in parts]
        file.writelines(heapq.merge(*sources))
    whole.replace(out / f"{name}.jsonl")


def _summary(parts: Sequence[Part], told: Sequence[Told], out: Path) -> dict[str, Any]:
    kinds, lines = Counter[str](), Counter[str]()
    for one in told:
        kinds.update(one.kinds)
        lines.update(one.lines)
    return {
        "begins": {str(part.partition): part.begin for part in sorted(parts)},
        "offsets": {str(part.partition): part.end for part in sorted(parts)},
        "records": sum(one.records for one in told),
        "kinds": dict(sorted(kinds.items())),
        **{name: lines[name] for name in FILES},
        "doubted": sum(one.doubted for one in told),
        "doubts": [
            {"partition": partition, "offset": offset, "text": text}
            for partition, offset, text in sorted(doubt for one in told for doubt in one.doubts)
        ],
        "sha256": {name: digest(out / f"{name}.jsonl") for name in FILES},
        "software": SOFTWARE,
    }
