"""The adapter of Zoho Analytics over real HTTP. What became of the person is asked of the sandbox."""

from __future__ import annotations

import pytest
from sandbox_support import ANN, BOB, NEIGHBOUR, relay

from infra.sandbox import Fault
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorUnavailable

NAME = "zoho_analytics"


async def test_a_deletion_leaves_no_row_of_the_person_and_all_of_others() -> None:
    async with relay() as r:
        await r.control.happen(NAME, "add", ANN.key, email=ANN.email.lower())
        assert (await r.do(NAME, "delete")).evidence.detail == "rows=2, tables=1"
        assert await r.held(NAME) == {"known": False, "rows": 0}
        for other in (BOB, NEIGHBOUR):
            assert (await r.held(NAME, other))["rows"] == 1
        assert (await r.do(NAME, "delete")).outcome == "executed", "asked again, it is still gone and not unknown"
        nobody = BOB.model_copy(update={"email": "x' OR '1'='1", "key": "s-no"})
        assert (await r.do(NAME, "delete", nobody)).outcome == "no_match"
        assert (await r.held(NAME, BOB))["known"]


async def test_who_comes_in_again_with_the_next_import_is_found_by_the_read_back() -> None:
    async with relay() as r:
        await r.do(NAME, "delete")
        assert (await r.read_back(NAME, "delete")).outcome == "verified"
        await r.control.happen(NAME, "add", ANN.key)
        assert isinstance(await r.read_back(NAME, "delete"), Undone)


@pytest.mark.parametrize("verb", ["export_data", "delete_rows"])
async def test_a_connection_cut_is_made_good_by_the_redo(verb: str) -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor=NAME, verb=verb, times=1))
        assert isinstance(await r.do(NAME, "delete"), VendorUnavailable)
        assert (await r.do(NAME, "delete")).outcome == "executed"
        assert not (await r.held(NAME))["known"]


async def test_another_organisation_stops_the_lane() -> None:
    table = {"workspace": "1", "view": "2", "name": "Visits", "columns": {"email": "Email"}}
    async with relay(options={NAME: {"tables": [table]}}) as r:
        refused = await r.do(NAME, "delete")
        assert (type(refused), refused.reason) == (VendorAuthRejected, "zoho_7103")
