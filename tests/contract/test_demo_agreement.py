"""The model shares no code with the relay, and over whole streams both come to the same."""

from __future__ import annotations

import subprocess
import sys

import pytest
from demo_support import PaperRelay, stream

from streams.demo.accounts import ACCOUNTS
from streams.demo.check import differences

_FOREIGN = ("processors", "streams.router", "streams.lanes", "streams.wire", "streams.pipeline", "faust")
_LOOK = f"""
import sys, streams.demo.model
found = [name for name in sys.modules if name.startswith({_FOREIGN!r})]
sys.exit(", ".join(sorted(found)) or 0)
"""


def test_the_model_imports_nothing_that_it_checks() -> None:
    done = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-c", _LOOK], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("whose", ACCOUNTS)
def test_model_and_planner_agree_about_every_record_and_leg(whose: str, seed: int) -> None:
    relay = PaperRelay(*stream(300, seed, whose=whose))
    assert len(relay.expected.legs) > 100
    assert differences(relay.expected, relay.found(), relay.pid_of) == []


def test_they_also_agree_about_people_with_long_histories() -> None:
    relay = PaperRelay(*stream(600, 9, people=20))
    assert differences(relay.expected, relay.found(), relay.pid_of) == []
