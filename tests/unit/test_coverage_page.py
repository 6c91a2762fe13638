"""docs/coverage.md: every system of every policy, what is done there and what proves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from processors.catalogue.coverage import page, rows
from processors.catalogue.covering import Covered, covered
from processors.vendors.base import VENDORS
from schemas.policy import policies
from schemas.systems import systems

ROOT = Path(__file__).parents[2]
ALL = list(covered())
BY_HAND = "`manual_task`"


def test_the_page_is_made_from_policies_and_adapters() -> None:
    remedy = "run: python -m processors.catalogue coverage > docs/coverage.md"
    assert (ROOT / "docs" / "coverage.md").read_text("utf-8") == page(), remedy


def test_every_system_that_a_policy_names_has_a_row_and_every_adapter_for_it_its_own() -> None:
    named = {(policy.id, recipient.id) for policy in policies() for recipient in policy.recipients}
    assert {(row.policy.id, row.recipient) for row in ALL} == named
    for row in ALL:
        mine = {one.adapter for one in ALL if (one.policy, one.recipient) == (row.policy, row.recipient)}
        may_tell = row.policy.by_recipient[row.recipient].reach != "link_out"
        expected = {kind for kind in VENDORS.values() if may_tell and kind.is_for(row.recipient)}
        assert mine - {None} == expected


def test_no_cell_is_empty() -> None:
    for cells in rows(ALL):
        assert len(cells) == 6
        assert all(cell.strip() and "None" not in cell for cell in cells), cells


def cells_of(policy: str, recipient: str) -> tuple[str, ...]:
    (row,) = [row for row in ALL if (row.policy.id, row.recipient) == (policy, recipient)]
    (cells,) = rows([row])
    return cells


def test_what_has_no_adapter_is_shown_as_work_for_a_person() -> None:
    for row in ALL:
        if row.adapter is None:
            for leg in (row.withdrawal, row.deletion):
                assert leg is None or leg.kind != "delivery"
    _, adapter, withdrawal, deletion, proof, mark = cells_of("omigroup", "storage")
    assert (adapter, mark) == ("none", "S")
    assert withdrawal.startswith(BY_HAND)
    assert deletion.startswith(BY_HAND)
    system = systems().by_recipient["storage"]
    assert system.instructions in withdrawal
    assert proof == system.proof


@pytest.mark.parametrize(
    "row", [row for row in ALL if row.adapter], ids=lambda row: f"{row.policy.id}-{row.recipient}"
)
def test_what_an_adapter_does_stands_there_in_its_own_words(row: Covered) -> None:
    assert row.adapter is not None
    (cells,) = rows([row])
    for leg, cell in ((row.withdrawal, cells[2]), (row.deletion, cells[3])):
        if leg is not None and leg.kind == "delivery":
            assert row.adapter.can[leg.action or "delete"].says in cell


def test_it_says_what_the_planner_says() -> None:
    assert all(cell.startswith("`terminated_product`: shut down") for cell in cells_of("osows", "google-plus")[2:4])
    assert "reading back" in cells_of("osome", "hubspot")[4]
    assert cells_of("osome", "hubspot")[3].startswith("a person looks at it first")
