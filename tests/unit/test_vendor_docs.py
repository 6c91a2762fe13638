from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import EMAIL, instruction, play, reply, shown

from processors.engine.rehearse import rehearse
from processors.vendors.base import VENDORS, Vendor
from streams.commands.vendors_scaffold import _TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "adding-a-vendor.md").read_text("utf-8")


@pytest.fixture
def acme() -> Iterator[Vendor]:
    """The adapter on the page, as it stands there."""
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert code
    scope: dict[str, Any] = {"__name__": "acme"}
    try:
        exec(code[1], scope)  # noqa: S102 - a page of our own
        yield scope["Acme"](scope["AcmeOptions"]())
    finally:
        VENDORS.pop("acme", None)


def test_the_adapter_on_the_page_works(acme: Vendor) -> None:
    assert VENDORS["acme"] is type(acme)
    assert acme.url == "https://eu.acme.example"
    withdrawn = play(acme.script(instruction("withdraw")), lambda _: reply({}))
    assert [shown(call) for call in withdrawn.calls] == [("POST", "/suppressions", {"email": EMAIL})]
    assert withdrawn.result.outcome == "executed"


async def test_each_action_ends_as_the_page_declares(acme: Vendor) -> None:
    ends = {action: (await rehearse(acme, instruction(action))).outcome for action in acme.can}
    assert {action: getattr(end, "outcome", end) for action, end in ends.items()} == {
        "grant": "manual_task",
        "withdraw": "executed",
        "delete": "accepted",
    }


def test_files_that_the_page_names_are_there() -> None:
    root = Path(__file__).parents[2]
    named = list(re.findall(r"`((?:processors|tests)/[^`<]+\.py)`", PAGE))
    assert named
    assert [path for path in named if not (root / path).is_file()] == []


def test_each_adapter_has_a_row_in_the_table_of_options() -> None:
    lines = iter((DOCS / "configuration.md").read_text("utf-8").splitlines())
    assert any(line == _TABLE for line in lines)
    next(lines)  # the line below the heads
    rows = [line.split("`")[1] for line in takewhile(lambda line: line.startswith("|"), lines)]
    assert sorted(rows) == sorted(VENDORS)
