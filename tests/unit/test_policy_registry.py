"""Several versions and policies side by side: which is in force, and which can't be."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from plan_support import POLICY
from policy_support import write

import schemas
from schemas.errors import PolicyError
from schemas.periods import end_of
from schemas.policy import in_force, policies, policy_in_force, read_policies
from schemas.policy.names import cited_rows
from schemas.regimes import is_within
from schemas.times import SECOND

if TYPE_CHECKING:
    from schemas.policy import Policy

TEXT = (Path(schemas.__file__).parent / "policies" / "oomnis.toml").read_text("utf-8")


def _at(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()) * SECOND


def _write(directory: Path, version: str, effective: str, *, name: str = "", more: str = "") -> None:
    text = TEXT.replace('version = "2021-09-08"', f'version = "{version}"\n{more}')
    text = text.replace("effective = 2021-09-08", f"effective = {effective}")
    (directory / f"{name or f'oomnis-{version}'}.toml").write_text(text, "utf-8")


def test_a_policy_is_in_force_from_its_day_until_the_next_version_s(tmp_path: Path) -> None:
    _write(tmp_path, "2", "2024-01-01", more='supersedes = "1"')
    _write(tmp_path, "1", "2021-09-08", name="oomnis")
    _write(tmp_path, "10", "2025-06-30", more='supersedes = "2"')
    known = read_policies(tmp_path)
    assert [policy.version for policy in known] == ["1", "2", "10"]
    days = ("1999-01-01", "2021-09-08", "2023-12-31T23:59:59", "2024-01-01", "2025-06-29", "2030-01-01")
    assert [in_force(known, _at(day)).version for day in days] == ["1", "1", "1", "2", "2", "10"]


def test_a_version_knows_which_purposes_came_when(tmp_path: Path) -> None:
    polls = ('id = "surveys"', 'id = "polls"'), ('"surveys" = [', '"polls" = [')
    _write(tmp_path, "1", "2021-09-08")
    for version, effective in (("2", "2024-01-01"), ("3", "2025-01-01")):
        _write(tmp_path, version, effective)
        write(tmp_path / f"oomnis-{version}.toml", *polls, base=tmp_path / f"oomnis-{version}.toml")
    _write(tmp_path, "4", "2026-01-01")
    added = [policy.added for policy in read_policies(tmp_path)]
    assert added == [{}, {"polls": _at("2024-01-01")}, {"polls": _at("2024-01-01")}, {"surveys": _at("2026-01-01")}]


def test_the_registry_s_policy_is_found_by_the_moment() -> None:
    assert policy_in_force("oomnis", _at("2026-03-02")) is POLICY
    with pytest.raises(PolicyError, match="no policy 'acme'"):
        policy_in_force("acme", _at("2026-03-02"))


@pytest.mark.parametrize(
    ("version", "effective", "more", "complaint"),
    [
        ("2021-09-08", "2024-01-01", "", r"oomnis-2021-09-08\.toml: version: 2021-09-08 stands there twice"),
        (
            "2022",
            "2021-09-08",
            "",
            "effective: 2021-09-08 would be in force from 2021-09-08, too",
        ),
        (
            "2",
            "2024-01-01",
            'supersedes = "1"',
            "supersedes: the version in force before it is 2021-09-08",
        ),
        (
            "2",
            "2020-01-01",
            'supersedes = "2021-09-08"',
            "supersedes: no version of it was in force before",
        ),
        ("2", "2024-01-01", 'supersedes = "2"', "supersedes: 2 is this version itself"),
    ],
)
def test_two_versions_are_never_in_force_at_once(
    tmp_path: Path, version: str, effective: str, more: str, complaint: str
) -> None:
    _write(tmp_path, "2021-09-08", "2021-09-08", name="oomnis")
    _write(tmp_path, version, effective, more=more)
    with pytest.raises(PolicyError, match=complaint) as caught:
        read_policies(tmp_path)
    assert str(caught.value).startswith("oomnis-2")


def test_a_file_has_its_policy_s_name(tmp_path: Path) -> None:
    _write(tmp_path, "2", "2024-01-01", name="acme")
    with pytest.raises(PolicyError, match=r"acme\.toml: id: oomnis 2 must stand in oomnis\.toml or oomnis-2\.toml"):
        read_policies(tmp_path)


@pytest.mark.parametrize(
    ("place", "area", "within"),
    [
        ("EEA", "EEA", True), ("DE", "EEA", True), ("NO", "EEA", True), ("CH", "EEA", False), ("HK", "HK", True),
        ("US-CA", "US-CA", True), ("US", "US-CA", True), ("US-CA", "US", True), ("US-C", "US-CA", False),
        ("US-CO", "US-CA", False), ("BR", "EEA", False),
    ],
)  # fmt: skip
def test_where_a_law_may_be_the_law(place: str, area: str, within: bool) -> None:  # noqa: FBT001 - a column
    assert is_within(place, area) is within


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: f"{policy.id}-{policy.version}")
def test_every_row_s_lines_stand_in_the_policy_s_text(policy: Policy) -> None:
    rows = dict(cited_rows(policy))
    assert len(rows) > 60
    assert {"deletion", f"purposes.{policy.purposes[0].id}", f"recipients.{policy.recipients[0].id}"} <= rows.keys()
    assert not {
        place for place, row in rows.items() if not 1 <= min(row.lines) <= max(row.lines) <= policy.text_lines
    }


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ("P2Y", "2026-02-28T12:00:00"), ("P1M", "2024-03-29T12:00:00"), ("P12M", "2025-02-28T12:00:00"),
        ("P2W", "2024-03-14T12:00:00"), ("P30D", "2024-03-30T12:00:00"), ("P1Y1D", "2025-03-01T12:00:00"),
    ],
)  # fmt: skip
def test_a_period_ends_by_the_calendar(period: str, end: str) -> None:
    assert end_of(_at("2024-02-29T12:00:00"), period) == _at(end)


@pytest.mark.parametrize("text", ["", "P", "2Y", "P1H", "PT1H", "P-1D", "P1,5Y"])
def test_text_that_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="as in P2Y"):
        end_of(0, text)
