"""Whether a wish reached everyone: one answer in every format, and never that it did where nobody was told."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from html import unescape
from typing import TYPE_CHECKING

import pytest
from closing_support import EVENT, NOW, closed_leg, delivery, planned, said
from plan_support import LANES, event, run
from reporting_support import facts, only_leg, report

from processors.closing.words import is_exception
from processors.reporting.confirmation import confirmation
from processors.reporting.matters import matters
from processors.reporting.page import page
from processors.reporting.table import table
from schemas.times import iso

if TYPE_CHECKING:
    from schemas.records import AuditRecord

CRM, MAIL = delivery("crm"), delivery("mail")
SITE = closed_leg("client_signal", None).changed(recipient="site")
SHOP = closed_leg("delegated_to", None).changed(recipient="shop")
NOT_THERE = closed_leg("not_applicable", "region")
KNOWN = closed_leg("not_applicable", "vendors_told").changed(recipient=None)
OUT = closed_leg("public", None).changed(recipient=None)
DONE, TOO = said("crm", "executed"), said("mail", "executed")
UNASKED = (
    "Whoever brought it in said that the vendors knew it already: so nobody was asked when it came in, and nothing "
    "here shows that they did."
)
REPLACED = "Replaced by a newer instruction: crm-inc."
BY_SIGNAL = "Told only by the site's own signal, to which nobody answers: site."
DELEGATED = "Not told, as the person deals with them directly: shop."


@pytest.mark.parametrize(
    ("records", "standing", "text"),
    [
        ([planned(CRM, MAIL, NOT_THERE), DONE, TOO], "done", "Yes: everyone who was due has done what was asked."),
        ([planned()], "done", "Nothing was due because of it."),
        ([planned(NOT_THERE)], "done", "Nothing was asked of anybody."),
        ([planned(CRM, SITE), DONE], "done", f"Whoever answers to it has done what was asked. {BY_SIGNAL}"),
        (
            [planned(OUT, CRM), DONE],
            "named",
            "Ended: 1 of 2 done, 1 ended otherwise. Not done as asked: what was published.",
        ),
        ([planned(SITE, SHOP, NOT_THERE)], "done", f"Ended. {BY_SIGNAL} {DELEGATED}"),
        ([planned(KNOWN)], "unasked", UNASKED),
        ([planned(KNOWN, CRM), DONE], "unasked", f"Ended: 1 of 2 done, 1 not asked. {UNASKED}"),
        ([planned(KNOWN, CRM)], "open", f"Not finished: 0 of 2 done, 1 not asked, 1 open. Open: crm-inc. {UNASKED}"),
        (
            [planned(CRM, SITE), said("crm", "failed")],
            "failed",
            f"Ended, and it did not reach everyone. Failed: crm-inc. {BY_SIGNAL}",
        ),
        (
            [planned(CRM, MAIL, KNOWN), said("crm", "superseded"), TOO],
            "named",
            f"Ended: 1 of 3 done, 1 not asked, 1 ended otherwise. {REPLACED} {UNASKED}",
        ),
    ],
)
def test_the_answer_says_what_is_known_in_every_format_alike(
    records: list[AuditRecord], standing: str, text: str
) -> None:
    told = report(*records)
    shown = page(told)
    assert f'<p class="verdict {standing}">' in shown
    assert unescape(shown).count(text) == 2
    assert json.loads(json.dumps(asdict(told)))["matters"][0]["verdict"] == {"standing": standing, "text": text}
    assert {row["answer"] for row in csv.DictReader(io.StringIO(table(told)))} == {text}


def imported() -> AuditRecord:
    """As the planner judges an opt-out that the vendors are said to know."""
    (made,) = run(event(1, "withdraw", 0, None, method="import", vendors_told=True), lanes=LANES)
    return planned(*made.legs)


def test_an_imported_opt_out_that_nobody_was_told_of_is_nowhere_said_to_be_done() -> None:
    told = report(imported())
    assert "has done what was asked" not in page(told)
    assert "✓ done" not in page(told)
    leg = only_leg(told)
    assert (leg.result, leg.standing, leg.recipient, leg.name) == ("told_before", "unasked", None, "the vendors")
    made = confirmation(told, EVENT, "c-1", None)
    assert (made["all_done"], made["result"], made["downstream"]) == (False, "0 of 1 done, 1 not asked", [])
    assert [(one["party"], one["status"], one["acknowledged"]) for one in made["legs"]] == [
        ("the vendors", "told_before", None)
    ]


def test_nor_is_it_when_a_vendor_that_came_later_was_told() -> None:
    made = confirmation(report(planned(KNOWN, CRM), DONE), EVENT, "c-1", None)
    assert (made["all_done"], made["result"], made["status"]) == (False, "1 of 2 done, 1 not asked", "completed")


def test_its_request_is_closed_as_ever() -> None:
    (one,) = matters(facts(imported()))
    (leg,) = one.request.legs
    assert not is_exception(leg)
    made = confirmation(report(imported()), EVENT, "c-1", None)
    assert (one.request.status, made["status"], made["completed_time"]) == ("completed", "completed", iso(NOW))


def test_what_planning_has_ended_whole_is_no_open_request() -> None:
    made = confirmation(report(planned(NOT_THERE)), EVENT, "c-1", None)
    assert (made["status"], made["all_done"]) == ("completed", True)
