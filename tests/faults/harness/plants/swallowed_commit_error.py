"""A transaction's error is swallowed, and what was in it counts as committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.patching import patch

from schemas.errors import OwnershipLost
from streams.ownership.tenure import Tenure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Commit = Callable[..., Awaitable[None]]


def _content(commit: Commit) -> Commit:
    async def never_fails(tenure: Tenure, *args: Any, **kwargs: Any) -> None:
        try:
            await commit(tenure, *args, **kwargs)
        except OwnershipLost:
            if not tenure._broken:
                raise  # it had not begun
            tenure._over = tenure._broken = False
            await tenure._producer.abort_transaction()

    return never_fails


def plant() -> None:
    patch(Tenure, "commit", _content)
