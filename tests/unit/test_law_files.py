"""The files of deadlines: complete, cited, and every mistake told with its file, row and field."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, get_args

import pytest

from schemas.deadlines import DIRECTORY, HOUSE, law
from schemas.errors import DeadlineError
from schemas.law.reading import read_law
from schemas.regimes import EEA, Regime

if TYPE_CHECKING:
    from pathlib import Path


def test_every_regime_that_a_policy_may_name_has_rows() -> None:
    assert {row.regime for row in law().deadlines} == {*get_args(Regime), HOUSE}


def test_the_places_of_the_eea_are_its_countries() -> None:
    assert {code for place in law().regime("gdpr").places for code in place.calendars} == EEA


def test_every_row_has_its_citation_and_where_it_was_read() -> None:
    rows = [*law().deadlines, *law().periods, *law().regimes]
    assert len(rows) > 180
    assert all(row.citation and row.address for row in rows)


def test_a_rule_says_regime_topic_leg_and_time() -> None:
    row = law().by_rule["ccpa.optout.processor.15bd"]
    assert (row.regime, row.leg, row.amount, row.unit) == ("ccpa", "processor", 15, "business_day")
    assert "optout.sale" in row.events
    assert law().by_rule["pdpo.optout.own.internal-3d"].unit == "none"


def test_numbers_that_are_no_deadlines_are_rows_too() -> None:
    (row,) = [row for row in law().periods if row.name == "ccpa.ask-again"]
    assert (row.amount, row.unit, row.mark) == (12, "month", "secondary")


ROW = (
    '  { regime = "ccpa", topics = ["signal"], legs = ["own"], unit = "none", target_days = 0, '
    'citation = "11 CCR 7025, 7026(a)(1)", source = "r7026", mark = "verified"'
)
MISTAKES = [
    ('regime = "ccpa"', 'regime = "cppa"', "regime: Input should be 'gdpr'"),
    ('unit = "none"', 'unit = "fortnight"', "unit: Input should be 'hour'"),
    ('citation = "11 CCR 7025, 7026(a)(1)", ', "", "citation: is missing"),
    ('source = "r7026", ', "", "source: is missing"),
    ('source = "r7026"', 'source = "r9999"', "source: 'r9999' is not under sources of this file"),
    ('topics = ["signal"]', 'topics = ["smoke"]', "topic: 'smoke' is not under topics of this file"),
    ('topics = ["signal"]', "topics = []", "topics: write a list with at least one"),
    ('legs = ["own"]', 'legs = ["hind"]', "leg: Input should be 'own'"),
    ("target_days = 0", "amount = 15", "target_days: with unit none"),
    ('unit = "none", target_days = 0', 'unit = "month"', "amount: with a unit of the law"),
    ('mark = "verified"', 'mark = "sure"', "mark: Input should be 'verified'"),
    ('mark = "verified"', 'mark = "verified", colour = "red"', "colour: unknown field"),
    ('mark = "verified"', 'mark = "verified", valid_from = 2027-01-01, valid_to = 2026-01-01', "valid_to: is before"),
    ('mark = "verified"', 'mark = "verified", valid_from = "soon"', "valid_from: Input should be a valid date"),
    ('topics = ["signal"]', 'topics = ["optout"]', "valid_from: overlaps ccpa.optout.own.15bd for optout.sale"),
]


def _with(tmp_path: Path, name: str, old: str, new: str) -> Path:
    directory = tmp_path / "deadlines"
    shutil.copytree(DIRECTORY, directory)
    path = directory / name
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    return directory


@pytest.mark.parametrize(("old", "new", "told"), MISTAKES)
def test_a_mistake_names_file_row_and_field(tmp_path: Path, old: str, new: str, told: str) -> None:
    directory = _with(tmp_path, "us-california.toml", ROW, ROW.replace(old, new))
    with pytest.raises(DeadlineError) as raised:
        read_law(directory)
    place, _, rest = str(raised.value).partition(": deadlines.")
    assert place == "us-california.toml"
    row, _, rest = rest.partition(": ")
    assert row.split(".")[0] in {"ccpa", "cppa"}
    assert rest.startswith(told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('zone = "Asia/Ho_Chi_Minh"', 'zone = "Asia/Saigong"', "regimes.vn-356: places.0.zone: is no time zone"),
        ('calendars = ["VN"]', 'calendars = ["VX"]', "regimes.vn-356: places: no calendar is known for VX"),
        ('id = "vn-13"', 'id = "vn-356"', "regimes.vn-356: id: vn-356 stands there twice"),
        ("periods = [", "moments = [", "moments: write lists regimes, deadlines, periods"),
        ("periods = [", "periods = [[", "can't be read as TOML"),
    ],
)
def test_so_does_a_mistake_beside_the_rows(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = (DIRECTORY / "vietnam.toml").read_text("utf-8")
    head, _, tail = text.partition(old)
    directory = _with(tmp_path, "vietnam.toml", head + old + tail, head + new + tail)
    with pytest.raises(DeadlineError, match=r"^vietnam.toml") as raised:
        read_law(directory)
    assert told in str(raised.value)


def test_a_regime_without_its_file_is_missed(tmp_path: Path) -> None:
    directory = _with(tmp_path, "hong-kong.toml", '[[regimes]]\nid = "uemo"', '[[regimes]]\nid = "coppa"')
    (directory / "us-federal.toml").unlink()
    with pytest.raises(DeadlineError, match=r"hong-kong.toml: deadlines.uemo.*regime: uemo is not under regimes"):
        read_law(directory)


def test_an_unknown_regime_is_answered_with_those_that_exist() -> None:
    with pytest.raises(DeadlineError, match=r"(?s)no regime 'lgpd'.*ccpa.*vn-356"):
        law().regime("lgpd")
