"""A worker whose own group rebalances while it stops, so that Faust closes its client first: see test_own_group."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from streams import own_group
from streams.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping

_Thread: Any = own_group._Thread
_Consumer: Any = own_group._Consumer
_commit = _Thread._commit
HOUR_S = 3600.0


async def _rebalance_first(self: Any, offsets: Mapping[Any, int]) -> bool:
    """What is committed before the stop would leave nothing to commit at it."""
    if offsets and self.app.should_stop:
        await self.app._on_partitions_revoked(self.assignment())
        sys.stdout.write("rebalanced at the stop\n")
        sys.stdout.flush()
    return bool(await _commit(self, offsets))


_Thread._commit = _rebalance_first
_Consumer.commit_interval = property(lambda _: HOUR_S, lambda *_: None)

if __name__ == "__main__":
    main()
