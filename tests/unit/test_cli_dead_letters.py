"""What `dead-letters` says of a letter, and of one that was published again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import pytest
from typer.testing import CliRunner

from schemas.errors import InvalidRecord
from schemas.origin import Origin
from schemas.records import DeadLetter
from schemas.sealing import Seals
from streams.cli import app
from streams.commands import dead_letters
from streams.commands.redrive import delivery_in
from streams.commands.remedies import LANE, remedy_for
from streams.metrics.words import REASONS
from streams.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

SEALS = Seals(bytes(32))
ORIGIN = Origin(topic="consent.deliveries.crm", partition=2, offset=17)
COMMAND = ("dead-letters", "redrive", str(ORIGIN), "--reason", "the scopes are granted now")


def letter(source: Literal["router", "lane"], reason: str) -> DeadLetter:
    sealed = SEALS.seal_dead(b"of a newer release", ORIGIN)
    return DeadLetter(
        origin=ORIGIN,
        source=source,
        reason=reason,
        field=None,
        protective=True,
        sealed=sealed,
        sealed_key=None,
        at=0,
    )


@pytest.mark.parametrize("reason", ["undecodable", "invalid"])
def test_of_a_delivery_that_nobody_can_read_no_redrive_is_advised(reason: str) -> None:
    """The vendor was never asked, and `redrive` refuses it."""
    with pytest.raises(InvalidRecord, match="nothing of it can be sent once more"):
        delivery_in(letter("lane", reason), SEALS)
    told = remedy_for("lane", reason)
    assert "dead-letters redrive" not in told
    assert "vendor refused" not in told
    assert LANE.keys() <= REASONS["lane"]


@pytest.mark.parametrize("as_json", [True, False])
def test_a_letter_that_is_published_again_is_told_as_it_was_asked_for(
    as_json: bool,  # noqa: FBT001 - a parameter of the test
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    async def found(*_: Any) -> DeadLetter:
        return letter("router", "unknown_policy")

    async def published(*_: Any) -> int:
        return 3

    monkeypatch.setattr(dead_letters, "settings_for", lambda *_: Settings(data_dir=tmp_path, relay_key="00" * 32))
    monkeypatch.setattr(dead_letters, "_find", found)
    monkeypatch.setattr(dead_letters, "redrive_letter", published)
    ended = CliRunner().invoke(app, [*COMMAND, *(["--json"] if as_json else [])])
    assert ended.exit_code == 0, ended.output
    if as_json:
        assert json.loads(ended.stdout) == {"origin": str(ORIGIN), "topic": "consent.events", "partition": 3}
    else:
        assert ended.stdout.startswith(f"{ORIGIN} was published again, to consent.events[3]")
