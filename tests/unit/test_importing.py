"""Rows of a CSV file into events: what spreadsheets make of it, and that no row is lost or told wrongly."""

from __future__ import annotations

import json
import stat
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from plan_support import run as planned
from routing_support import DESK, NOW
from typer.testing import CliRunner

from schemas.errors import DataError, SetupError
from schemas.events import ConsentEvent
from streams.cli import app
from streams.importing.events import check_columns, event_of
from streams.importing.report import Report
from streams.importing.rows import LONGEST_ROW, header_of, rows_of
from streams.importing.seen import seen

if TYPE_CHECKING:
    from pathlib import Path

    from streams.importing.rows import Row

GIVEN = {
    "kind": "consent.withdrawn", "method": "import", "published_by": "import", "controller": "oomnis",
    "vendors_told": True,
}  # fmt: skip
HEAD = b"subject_id,email,purposes,occurred_at\n"


def rows(content: bytes) -> list[Row]:
    lines = iter(BytesIO(content))
    return list(rows_of(lines, header_of(lines, "f.csv")))


def made(row: Row, **given: Any) -> ConsentEvent:
    assert isinstance(row.cells, dict)
    event = event_of(row.cells, DESK, {**GIVEN, **given}, NOW)
    assert isinstance(event, ConsentEvent), event
    return event


def error(row: Row) -> DataError:
    found = row.cells if isinstance(row.cells, DataError) else event_of(row.cells, DESK, GIVEN, NOW)
    assert isinstance(found, DataError)
    return found


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_spreadsheets_write_is_read(delimiter: str, bom: bytes, end: str) -> None:
    lines = [["Subject_ID", " email", "purposes", "occurred_at"], ["c-1", '"a@example.com"', "surveys", "2025-05-03"]]
    (row,) = rows(bom + "".join(delimiter.join(line) + end for line in lines).encode())
    assert row.cells == {
        "subject_id": "c-1", "email": "a@example.com", "purposes": "surveys", "occurred_at": "2025-05-03"
    }  # fmt: skip


def test_a_row_is_a_withdrawal_that_vendors_know_at_the_end_of_its_day() -> None:
    (row,) = rows(HEAD + b"c-1,a@example.com,surveys marketing-campaigns,2025-05-03\n")
    event = made(row)
    assert (event.kind, event.subject_id, event.method, event.vendors_told) == (
        "consent.withdrawn", "c-1", "import", True,
    )  # fmt: skip
    assert event.purposes == ("surveys", "marketing-campaigns")
    assert [(one.type, one.value) for one in event.identities] == [("email", "a@example.com")]
    assert event.occurred_at == 1_746_316_799_999_999


def test_the_same_row_is_the_same_event_and_another_way_to_import_it_is_another() -> None:
    one, same, other = rows(HEAD + b"c-1,,all,2025-05-03\n" * 2 + b"c-2,,all,2025-05-03\n")
    ids = [made(row).event_id for row in (one, same, other)]
    assert ids[0] == ids[1] != ids[2]
    assert made(one, vendors_told=None).event_id != ids[0]
    assert "c-1" not in ids[0]


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (b"c-1,,nonsense,2025-05-03", "purposes.0"),
        (b"c-1,,,2025-05-03", "purposes"),
        (b"a@example.com,,all,2025-05-03", "subject_id"),
        (b"c-1,,all,yesterday", "occurred_at"),
        (b"c-1,,all,", "occurred_at"),
        (b",,all,2025-05-03", "subject_id"),
        (b"c-1,all,2025-05-03", None),
        (b"c-1,\xff,all,2025-05-03", None),
    ],
)
def test_a_bad_row_names_its_field_never_its_value_and_keeps_its_bytes(cells: bytes, field: str | None) -> None:
    bad, good = rows(HEAD + cells + b"\n" + b"c-9,,all,2025-05-03\n")
    found = error(bad)
    assert (found.field, bad.raw, bad.number) == (field, cells + b"\n", 2)
    assert "example.com" not in str(found)
    assert made(good).subject_id == "c-9"


def test_a_quoted_cell_may_hold_line_ends_and_one_that_is_never_closed_takes_no_other_row_with_it() -> None:
    whole, *others = rows(HEAD + b'"c\n1",,all,2025-05-03\n' + b'c-2,"x,all,2025-05-03\n' + b"c-3,,all,2025-05-03\n")
    assert isinstance(whole.cells, dict)
    assert whole.cells["subject_id"] == "c\n1"
    assert [row.number for row in others] == [4, 5]
    assert isinstance(others[0].cells, DataError)
    assert made(others[1]).subject_id == "c-3"


def test_a_row_without_end_is_bad_and_the_next_is_read() -> None:
    endless = b"c-1," + b"x" * LONGEST_ROW + b",all,2025-05-03\n"
    bad, good = rows(HEAD + endless + b"c-2,,all,2025-05-03\n")
    assert "longer than" in str(error(bad))
    assert made(good).subject_id == "c-2"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (b"", "names no columns"),
        (b"a,b,a\n", "'a' twice"),
        (b"\xff\xfea\x00", "UTF-16"),
        (b"\xff,b\n", "no UTF-8"),
        (b"subject_id,purposes,occurred_at,shoe_size\n", "'shoe_size'"),
        (b"subject_id,occurred_at\n", "'purposes'"),
        (b"subject_id,purposes\n", "'occurred_at'"),
    ],
)
def test_a_file_that_would_be_misread_is_refused(header: bytes, words: str) -> None:
    with pytest.raises(SetupError, match=words):
        check_columns(header_of(iter(BytesIO(header)), "f.csv").columns, "f.csv", GIVEN)


def test_a_kind_that_is_no_optout_is_refused() -> None:
    (row,) = rows(b"subject_id,purposes,occurred_at,kind\nc-1,all,2025-05-03,consent.granted\n")
    assert error(row).field in {"kind", "vendors_told"}


def test_what_was_seen_is_known_by_its_first_row() -> None:
    (row,) = rows(HEAD + b"c-1,,all,2025-05-03\n")
    event_id = made(row).event_id
    with seen() as known:
        assert [known.before(event_id, number) for number in (2, 5, 9)] == [None, 2, 2]


def test_no_vendor_is_called_for_it_but_no_older_grant_goes_past_it() -> None:
    (row,) = rows(HEAD + b"c-1,,surveys,2025-05-03\n")
    event = made(row)
    older = event.model_copy(
        update={
            "kind": "consent.granted", "event_id": "0" * 8 + "-0000-4000-8000-" + "1" * 12, "vendors_told": None,
            "occurred_at": event.occurred_at - 1, "method": "web_form",
        }
    )  # fmt: skip
    quiet, late = planned(event, older)
    assert [(leg.kind, leg.outcome, leg.reason) for leg in quiet.legs] == [("none", "not_applicable", "vendors_told")]
    assert (late.verdict, late.reason) == ("stale", "overtaken_by_newer")
    (told,) = planned(made(row, vendors_told=None))
    assert {leg.kind for leg in told.legs} >= {"delivery"}


def test_a_dry_run_says_what_is_wrong_with_which_row_and_asks_nobody(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes(HEAD + b"c-1,,all,2025-05-03\nc-1,,all,2025-05-03\nc-2,,nonsense,2025-05-03\n")
    config = tmp_path / "relay.toml"
    config.write_text('[controllers.oomnis]\npolicy = "oomnis"\n')
    given = {"bootstrap_servers": "127.0.0.1:1", "cluster_prefix": "x", "pepper": "aa" * 32, "relay_key": "bb" * 32}
    env = {f"CONSENT_RELAY_{name.upper()}": value for name, value in given.items()}
    asked = ["import", str(file), "--controller", "oomnis", "--dry-run", "--json", "--config", str(config)]
    result = CliRunner().invoke(app, asked, env=env)
    assert result.exit_code == 1
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["line"], one["result"]) for one in told] == [(2, "valid"), (3, "repeated"), (4, "refused")]
    assert told[1]["first"] == 2
    assert told[2]["error"]["field"] == "purposes.0"
    assert f"{file}:4: purposes.0" in result.stderr
    assert not (tmp_path / "f.csv.rejected.csv").exists()


def test_bad_rows_are_kept_for_nobody_else_and_never_over_older_ones(tmp_path: Path) -> None:
    lines = iter(BytesIO(HEAD + b"c-2,,nonsense,2025-05-03\r\nc-3,\xff,all,x"))
    header = header_of(lines, "f.csv")
    kept = tmp_path / "bad.csv"
    with Report("f.csv", header, kept, as_json=False) as report:
        for row in rows_of(lines, header):
            report.refuse(row, error(row))
    assert kept.read_bytes() == HEAD + b"c-2,,nonsense,2025-05-03\r\nc-3,\xff,all,x\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with pytest.raises(SetupError, match="is there already"):
        Report("f.csv", header, kept, as_json=False)
