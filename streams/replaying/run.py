"""A whole rebuild: partitions side by side in processes, their sorted lines merged into one file each."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from processors.replaying.rows import FILES
from schemas.version import SOFTWARE
from streams.replaying.part import Part, Told, digest, place, write
from streams.replaying.side_by_side import side_by_side
from streams.storage import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streams.settings import Settings


def rebuild(settings: Settings, parts: Sequence[Part], out: Path, processes: int, seen: Callable[[int], None]) -> Any:
    """Write the state into `out`, and return what `replay.json` says of it. `seen` is told how far all are.

    Raises:
        SetupError: as `part.fold` does, or `out` can't be written.

    """
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".replay-", dir=out) as scratch:
            told = side_by_side(partial(write, settings, Path(scratch)), parts, processes, seen)
            for name in FILES:
                _merge(name, parts, Path(scratch), out)
        summary = _summary(parts, told, out)
        (out / "replay.json").write_text(f"{json.dumps(summary, indent=1)}\n", "utf-8")
    return summary


def _merge(name: str, parts: Sequence[Part], scratch: Path, out: Path) -> None:
    """Lines begin with whom they are about, so their order as bytes is that of people and events."""
    whole = scratch / name
    with ExitStack() as stack, whole.open("wb") as file:
        sources = [stack.enter_context(place(scratch, name, part.partition).open("rb")) for part in parts]
        file.writelines(heapq.merge(*sources))
    (out / f"{name}.parquet").unlink(missing_ok=True)  # of another moment
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
