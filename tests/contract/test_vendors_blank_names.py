"""Every adapter: a blank identity is none, and asks for nobody: all who have no address would carry it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from answers_support import API_CASES, PERSON, adapter, instruction
from vendor_support import play

from processors.vendors.base import VENDORS, Reply
from schemas.errors import VendorError
from schemas.events import Identity

if TYPE_CHECKING:
    from schemas.records import Action

SINGLE = [case for case in API_CASES if VENDORS[case[0]].can[case[1]].batch == 1]
BATCHES = [case for case in API_CASES if case not in SINGLE]
BLANK = tuple(Identity(type=kind, value=" \t") for kind in PERSON)


@pytest.mark.parametrize(("name", "action"), SINGLE)
def test_a_blank_name_is_asked_about_nowhere(name: str, action: Action) -> None:
    played = play(adapter(name).script(replace(instruction(action), identities=BLANK)), lambda _: Reply(500))
    assert (played.calls, isinstance(played.result, VendorError)) == ([], True)
    assert played.result.reason == "missing_identity"


@pytest.mark.parametrize(("name", "action"), BATCHES)
def test_nor_among_others(name: str, action: Action) -> None:
    played = play(adapter(name).batch_script([replace(instruction(action), identities=BLANK)]), lambda _: Reply(500))
    assert (played.calls, played.result["d1"].reason) == ([], "missing_identity")
