"""A report as page, JSON and CSV: whatever others wrote is text there, and names nobody."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict

import pytest
from closing_support import NOW, delivery, planned, said, task
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from html_reader import HtmlReader
from reporting_support import LATER, facts, report

from processors.notarising.note import Checkpoint, key_id, sign
from processors.reporting.heads import NewestHead
from processors.reporting.page import page
from processors.reporting.report import report_of
from processors.reporting.table import guarded, table
from processors.reporting.words import HIDDEN
from schemas.records import Evidence
from schemas.times import DAY

NAMED = "could not find ada@example.com, tel. +49 151 12345678"


def test_the_page_is_whole_loads_nothing_and_its_links_lead_somewhere() -> None:
    told = report(planned(delivery("crm"), task()), said("crm", "accepted"), said("crm", "executed", at=NOW + DAY))
    read = HtmlReader(page(told))
    assert (read.open, read.loads) == ([], [])
    assert read.links <= set(read.ids)
    assert len(set(read.ids)) == len(read.ids)
    assert len(read.headings) == len(told.matters) + 5
    assert {cells.count("th") for cells in read.rows} >= {1}
    assert read.labels <= set(read.ids)


def test_what_others_wrote_is_text_on_the_page_and_no_markup() -> None:
    bad = '<script>alert("x")</script><img src=x>'
    shown = page(report(planned(delivery("crm", recipient=bad)), said("crm", "failed", reason=bad)))
    assert HtmlReader(shown).loads == []
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in shown


def test_a_reason_that_names_a_person_is_left_out_of_every_format() -> None:
    evidence = Evidence(status=404, detail=NAMED, link="https://crm.example/ada@example.com")
    failed = said("crm", "executed", reason=NAMED).changed(evidence=evidence)
    told = report(planned(delivery("crm")), failed)
    for text in (page(told), table(told), json.dumps(asdict(told))):
        assert HIDDEN in text
        assert "ada@" not in text
        assert "12345678" not in text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert guarded(text) == f"'{text}"
    told = report(planned(delivery("crm", recipient=text)))
    (row,) = csv.DictReader(io.StringIO(table(told), newline=""))
    assert row["recipient"] == f"'{text}"


def test_csv_has_a_row_for_each_leg_and_for_an_event_without_one() -> None:
    told = report(planned(delivery("crm"), delivery("mail")), planned().changed(event_id="other"))
    rows = list(csv.DictReader(io.StringIO(table(told))))
    assert [(row["lane"], row["event_id"] == "other") for row in rows] == [
        ("crm", False), ("mail", False), ("", True),
    ]  # fmt: skip
    assert rows[0]["proofs"] == ""


def test_csv_has_place_id_and_leaf_of_each_record_in_one_order() -> None:
    words = [said("crm", word).changed(record_id=f"{word}-id") for word in ("accepted", "executed")]
    (row,) = csv.DictReader(io.StringIO(table(report(planned(delivery("crm")), *words))))
    assert (row["proofs"], row["record_ids"]) == ("1@11 1@12", "accepted-id executed-id")
    assert row["leaves"] == f"{'01' * 32} {'02' * 32}"
    judged = (row["judged_in"], row["judged_record_id"], row["judged_leaf"])
    assert judged == ("1@10", "0" * 64, "00" * 32)


def test_the_page_names_signed_heads_and_that_nothing_of_them_was_checked() -> None:
    signer = Ed25519PrivateKey.from_private_bytes(bytes(32))
    note = sign(Checkpoint("tests/audit/1", 9, bytes(32)), signer)
    told = facts(planned(delivery("crm")), said("crm", "accepted"), said("crm", "executed", at=NOW + DAY))
    told.append(told[0]._replace(partition=2))
    listed = frozenset(fact.leaf for fact in told[:2] if fact.leaf)
    newest = {1: NewestHead(note, NOW, listed), 2: NewestHead("of another kind", NOW, listed)}
    made = report_of(told, LATER, None, newest)
    signed_by = key_id("tests/audit/1", signer.public_key().public_bytes_raw()).hex()
    assert [(head.partition, head.size, head.key_ids, head.listed, head.records) for head in made.heads] == [
        (1, 9, (signed_by,), 2, 3), (2, 0, (), 0, 1),
    ]  # fmt: skip
    assert made.verification == "not verified: run consent-relay audit prove"
    shown = page(made)
    read = HtmlReader(shown)
    assert (read.open, read.loads) == ([], [])
    for text in ("Not verified:", "tests/audit/1", signed_by, "2 of the 3 here", "none that can be read"):
        assert text in shown
    assert report_of(told, LATER, None, {}).heads[0].origin is None
    assert report_of(told, LATER).heads == ()


def test_the_answer_on_the_page_says_whom_it_did_not_reach() -> None:
    legs = [delivery("a"), delivery("b"), delivery("c")]
    done, failed = said("a", "executed"), said("b", "failed", reason="missing_identity")
    shown = page(report(planned(*legs), done, failed))
    assert "Not finished: 1 of 3 done, 1 failed, 1 open. Failed: b-inc (missing identity). Open: c-inc." in shown
    shown = page(report(planned(*legs[:2]), done, failed))
    assert "Ended, and it did not reach everyone. Failed: b-inc (missing identity)." in shown
    asked = planned(legs[0], delivery("ga", "delete", vendor="google_analytics"))
    shown = page(report(asked, done, said("ga", "accepted")))
    assert "Ended: 1 of 2 done, 1 only accepted. Only accepted, not confirmed: ga-inc." in shown
    shown = page(report(planned(legs[0]), done))
    assert "Yes: everyone who was due has done what was asked." in shown
