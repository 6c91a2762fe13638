"""A worker whose own group is answered with an unknown error, as by a broker that shuts down: see test_own_group."""

from __future__ import annotations

import sys
from typing import Any

from aiokafka.consumer.group_coordinator import GroupCoordinator

from streams.cli import main

UNKNOWN, REBALANCE_IN_PROGRESS = -1, 27
ANSWERS = {"HeartbeatRequest": [REBALANCE_IN_PROGRESS, UNKNOWN], "JoinGroupRequest": [0, UNKNOWN]}
"""Error codes in place of the broker's, of the first requests of each kind."""
_send = GroupCoordinator._send_req


async def _refuse(self: GroupCoordinator, request: Any) -> Any:
    response = await _send(self, request)
    kind = type(request).__name__
    if self.group_id.endswith("consent-relay-worker"):
        left = ANSWERS.get(kind, [])
        response.error_code = (left and left.pop(0)) or response.error_code
        sys.stdout.write(f"answered {kind} {response.error_code}\n")
        sys.stdout.flush()
    return response


GroupCoordinator._send_req = _refuse

if __name__ == "__main__":
    main()
