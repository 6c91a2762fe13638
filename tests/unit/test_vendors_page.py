"""docs/vendors.md and what `vendors list` says is unverified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from typer.testing import CliRunner

from processors.catalogue.page import page
from processors.catalogue.words import checked, doubts, marks
from processors.vendors.base import VENDORS, Vendor
from processors.vendors.zoho.crm.adapter import ZohoCrm
from streams.commands.vendors import vendors_app

if TYPE_CHECKING:
    from processors.vendors.evidence import Source

ROOT = Path(__file__).parents[2]
runner = CliRunner()


class Unsourced(Vendor):
    """Has no name, so it is nobody's adapter."""


class Sure(Vendor):
    evidence: ClassVar[tuple[Source, ...]] = (("D", "https://x.test"), ("S", "x/x@1"))
    checked = "x/x@1"


def test_the_page_is_made_from_the_classes() -> None:
    remedy = "run: python -m processors.catalogue > docs/vendors.md"
    assert (ROOT / "docs" / "vendors.md").read_text("utf-8") == page(), remedy


def test_the_page_says_everything_that_an_adapter_says_of_itself() -> None:
    text = page()
    for kind in VENDORS.values():
        said = [can.says for can in kind.can.values()]
        for line in (*said, *kind.traps, *kind.unverified, *(source for _, source in kind.evidence), kind.checked):
            assert line in text


def test_who_gives_no_source_is_unverified_and_nobody_was_tried_live() -> None:
    assert (marks(Unsourced), doubts(Unsourced)) == ("U", ("no source is given for what it does",))
    assert (marks(Sure), doubts(Sure)) == ("S D", ())
    assert checked(Sure) == "x/x@1; not tried against the live vendor"
    assert checked(Unsourced) == "not tried against the live vendor"


def test_the_list_says_how_sure_it_is_and_show_says_of_what_it_is_not() -> None:
    lines = [json.loads(line) for line in runner.invoke(vendors_app, ["list", "--json"]).stdout.splitlines()]
    crm = next(line for line in lines if line["vendor"] == "zoho_crm")
    assert crm["unverified"] == list(ZohoCrm.unverified)
    assert crm["evidence"][0] == {"mark": "S", "source": ZohoCrm.evidence[0][1]}
    assert crm["tried_live"] is False
    assert "None was tried against a live vendor" in runner.invoke(vendors_app, ["list"]).stdout
    shown = runner.invoke(vendors_app, ["show", "zoho_crm"]).stdout
    assert ZohoCrm.unverified[0] in shown
    assert "not tried against the live vendor" in shown
