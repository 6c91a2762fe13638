"""Every adapter: a blank identity is none, and asks for nobody: all who have no address would carry it.

And blanks around an address or a number are no part of it: the vendor would know nobody by that name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from answers_support import API_CASES, PERSON, adapter, instruction
from vendor_support import play

from processors.vendors.base import VENDORS, Call, Reply
from schemas.errors import VendorError
from schemas.events import Identity

if TYPE_CHECKING:
    from schemas.records import Action

SINGLE = [case for case in API_CASES if VENDORS[case[0]].can[case[1]].batch == 1]
BATCHES = [case for case in API_CASES if case not in SINGLE]
AS_GIVEN = {("zoho_analytics", "delete")}
"""Rows are looked for as the name was given, too: they are as somebody has put them in."""
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


@pytest.mark.parametrize(("name", "action"), [case for case in API_CASES if case not in AS_GIVEN])
def test_blanks_around_an_address_or_a_number_are_sent_nowhere(name: str, action: Action) -> None:
    assert calls(name, action, "  ") == calls(name, action, "") != []


def calls(name: str, action: Action, around: str) -> list[Call]:
    """What is made of a person whose address and number have this around them."""
    person = instruction(action)
    written = {"email", "phone"}
    given = tuple(
        one.model_copy(update={"value": f"{around}{one.value}{around}"}) if one.type in written else one
        for one in person.identities
    )
    asked, vendor = replace(person, identities=given), adapter(name)
    script = vendor.batch_script([asked]) if (name, action) in BATCHES else vendor.script(asked)
    return [but_new_id(call) for call in play(script, vendor.rehearse).calls]


def but_new_id(call: Call) -> Call:
    """OpenDSR's requests have one that is drawn."""
    return replace(call, json={**call.json, "subject_request_id": ""}) if isinstance(call.json, dict) else call
