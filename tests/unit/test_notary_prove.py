"""Which heads a proof stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from notary_support import PUBLIC, read
from test_notary_walk import signed

from streams.notary import prove
from streams.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("last", "wanted"), [(3, (5, 14)), (11, (14, 14)), (20, (14, 14))])
async def test_a_smaller_head_that_was_signed_later_is_not_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: int, wanted: tuple[int, int]
) -> None:
    heads, _ = await signed(tmp_path)  # of 5, 10 and 14 records
    monkeypatch.setattr(prove, "scan", lambda *_, **__: read([*heads, heads[0]]))
    first, newest = await prove._heads(Settings(cluster_prefix="tests"), [PUBLIC], 0, last)
    assert first
    assert newest
    assert (first.checkpoint.size, newest.checkpoint.size) == wanted
