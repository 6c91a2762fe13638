from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from engine_support import CONNECTION, Wire, connector

from processors.vendors.base import Reply
from schemas.connections import RelayConfig
from schemas.errors import SetupError
from schemas.windows import Window
from streams.closer.work import CloserWork
from streams.control import CLOSER, Control
from streams.metrics.registry import Metrics
from streams.pipeline import _check_limits, pipeline
from streams.reconciling.nightly import Nightly
from streams.settings import Settings, key_file
from streams.status import Status

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("calls", "seconds", "good"), [(3, 60, False), (4, 60, True), (1, 10, True)])
def test_a_long_window_needs_a_call_for_each_partition(calls: int, seconds: float, good: bool) -> None:  # noqa: FBT001
    limited = CONNECTION.model_copy(update={"limits": (Window(calls=calls, seconds=seconds),)})
    ready = connector(Wire(lambda _: Reply(200)), connection=limited)
    if good:
        _check_limits(Settings(partitions=4), ready)
    else:
        with pytest.raises(SetupError, match=r"connections\.toy\.limits\.0\.calls: 3 can't be shared out among 4"):
            _check_limits(Settings(partitions=4), ready)


def test_the_closer_reconciles_by_night(tmp_path: Path) -> None:
    settings = Settings(cluster_prefix="tests", data_dir=tmp_path)
    for name in ("pepper", "relay_key"):
        settings = settings.model_copy(update={f"{name}_file": key_file(tmp_path, name)[0]})
    stages = pipeline(settings, RelayConfig(), {}, Status(), Control(), metrics=Metrics())
    (closer,) = [stage.make_work(0) for stage in stages if stage.role.name == CLOSER]
    assert isinstance(closer, CloserWork)
    nightly: Any = closer._clerk.beside
    assert nightly.__func__ is Nightly.held
