from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from guards import BREAKS, without
from tlc import HERE, check

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("guard", BREAKS)
def test_without_the_guard_the_promise_breaks(guard: str, tmp_path: Path) -> None:
    assert check(without(guard), tmp_path).broken == BREAKS[guard]


def test_each_guard_of_the_specification_is_among_them() -> None:
    named = {name for module in HERE.glob("*.tla") for name in re.findall(r'Lacks\("([^"]+)"\)', module.read_text())}
    assert named == set(BREAKS)
