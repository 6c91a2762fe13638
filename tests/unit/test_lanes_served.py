"""What `lanes list` says of lanes that nobody serves."""

from __future__ import annotations

import pytest

from streams.commands.lanes_served import note, still_open


@pytest.mark.parametrize(
    ("configured", "workers", "said"),
    [
        (True, 1, ""),
        (None, None, ""),
        (None, 0, "no worker serves it"),
        (True, 0, "no worker serves it"),
        (
            False,
            0,
            "removed from relay.toml with 5 open: put the connection back under this name until they are done",
        ),
    ],
)
def test_who_serves_it_is_told(configured: bool | None, workers: int | None, said: str) -> None:  # noqa: FBT001
    lane = {"configured": configured, "workers": workers, "lag_records": 2, "entries": {"parked": 3, "failed": 4}}
    assert still_open(lane) == 5
    assert note(lane) == said


def test_a_removed_one_with_nothing_open_may_go() -> None:
    lane = {"configured": False, "workers": 0, "lag_records": 0, "entries": {"parked": 0, "failed": 4}}
    assert note(lane) == "removed from relay.toml, nothing is open"
