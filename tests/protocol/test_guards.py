from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from guards import BREAKS, SPARE, without
from tlc import ENDS_WELL, HERE, PROMISES, Model, check

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("guard", BREAKS)
def test_without_the_guard_the_promise_breaks(guard: str, tmp_path: Path) -> None:
    assert check(without(guard), tmp_path).broken == BREAKS[guard]


@pytest.mark.parametrize("holds", [PROMISES, (ENDS_WELL,)], ids=["promises", ENDS_WELL])
def test_one_guard_is_spare(holds: tuple[str, ...], tmp_path: Path) -> None:
    assert check(Model(mutant=SPARE, holds=holds), tmp_path).broken is None


def test_each_guard_of_the_specification_is_among_them() -> None:
    named = {name for module in HERE.glob("*.tla") for name in re.findall(r'Lacks\("([^"]+)"\)', module.read_text())}
    assert named == {*BREAKS, SPARE}
