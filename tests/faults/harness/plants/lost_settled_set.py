"""What is settled above the bookmark is not restored: it is done once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.patching import patch

from processors.delivering.core import Core

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.delivering.job import Now


def _forgetful(begin: Callable[..., None]) -> Callable[..., None]:
    def from_nothing(core: Core, offset: int, settled: Any, now: Now) -> None:
        del settled
        begin(core, offset, (), now)

    return from_nothing


def plant() -> None:
    patch(Core, "begin", _forgetful)
