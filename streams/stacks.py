"""Where tasks and threads stand, for the log: files, lines, functions; never values, which may be people's."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Iterator
    from types import FrameType

DEEPEST = 30


def of_tasks(tasks: Iterable[asyncio.Task[Any]]) -> list[str]:
    """Each stack once, innermost call last, with the number of tasks that stand there."""
    counted = Counter(" > ".join(_awaits(task)) for task in tasks)
    return [f"{number} × {stack}" for stack, number in counted.most_common()]


def of_main_thread() -> str:
    """Where the main thread is right now; asked from another one."""
    frame, found = sys._current_frames().get(threading.main_thread().ident or 0), list[str]()  # noqa: SLF001
    while frame is not None and len(found) < DEEPEST:
        found.append(_place(frame))
        frame = frame.f_back
    return " > ".join(reversed(found))


def _awaits(task: asyncio.Task[Any]) -> Iterator[str]:
    """The task's own stack ends at its outermost coroutine: what that waits for is followed here."""
    waits: Any = task.get_coro()
    for _ in range(DEEPEST):
        frame = _first(waits, "cr_frame", "gi_frame", "ag_frame")
        if frame is None:
            return
        yield _place(frame)
        waits = _first(waits, "cr_await", "gi_yieldfrom", "ag_await")


def _first(thing: Any, *names: str) -> Any:
    found = (getattr(thing, name, None) for name in names)
    return next((one for one in found if one is not None), None)


def _place(frame: FrameType) -> str:
    code = frame.f_code
    return f"{PurePath(code.co_filename).name}:{frame.f_lineno} {code.co_qualname}"
