"""The adapter of Zoho SalesIQ over real HTTP. What became of the person is asked of the sandbox."""

from __future__ import annotations

import pytest
from sandbox_support import ANN, NEIGHBOUR, relay

from infra.sandbox import Fault
from schemas.errors import VendorUnavailable

NAME = "zoho_salesiq"


async def test_conversations_go_to_the_bin_and_those_of_others_stay() -> None:
    async with relay() as r:
        done = await r.do(NAME, "delete")
        assert (done.outcome, done.evidence.detail) == ("manual_task", "conversations=1")
        assert await r.held(NAME) == {"known": False, "conversations": 0, "in_bin": 1}
        assert (await r.held(NAME, NEIGHBOUR))["conversations"] == 1
        assert (await r.do(NAME, "delete")).outcome == "manual_task"


async def test_a_conversation_under_way_is_deleted_when_it_has_ended() -> None:
    async with relay() as r:
        await r.control.happen(NAME, "chat", ANN.key)
        early = await r.do(NAME, "delete")
        assert (early.reason, early.retry_after) == ("conversation_under_way", 900)
        assert (await r.held(NAME))["conversations"] == 1
        await r.control.happen(NAME, "hang_up", ANN.key)
        assert (await r.do(NAME, "delete")).outcome == "manual_task"
        assert await r.held(NAME) == {"known": False, "conversations": 0, "in_bin": 2}


@pytest.mark.parametrize("verb", ["list_conversations", "delete_conversations"])
async def test_a_connection_cut_is_made_good_by_the_redo(verb: str) -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor=NAME, verb=verb, times=1))
        assert isinstance(await r.do(NAME, "delete"), VendorUnavailable)
        assert (await r.do(NAME, "delete")).outcome == "manual_task"
        assert not (await r.held(NAME))["known"]
