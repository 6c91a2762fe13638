from __future__ import annotations

import pytest
from engine_support import CONNECTION, Wire, connector

from processors.vendors.base import Reply
from schemas.errors import SetupError
from schemas.windows import Window
from streams.pipeline import _check_limits
from streams.settings import Settings


@pytest.mark.parametrize(("calls", "seconds", "good"), [(3, 60, False), (4, 60, True), (1, 10, True)])
def test_a_long_window_needs_a_call_for_each_partition(calls: int, seconds: float, good: bool) -> None:  # noqa: FBT001
    limited = CONNECTION.model_copy(update={"limits": (Window(calls=calls, seconds=seconds),)})
    ready = connector(Wire(lambda _: Reply(200)), connection=limited)
    if good:
        _check_limits(Settings(partitions=4), ready)
    else:
        with pytest.raises(SetupError, match=r"connections\.toy\.limits\.0\.calls: 3 can't be shared out among 4"):
            _check_limits(Settings(partitions=4), ready)
