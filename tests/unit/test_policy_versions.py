"""An event is judged by the version that it names, or that was in force when it happened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from plan_support import CAMPAIGNS, LANES, NOW, POLICY, due, event, fresh
from policy_support import next_version

from processors.plan import plan
from processors.planning.choices import Standing
from processors.planning.routes import check_serves
from processors.routing.versions import version_for
from schemas.errors import InvalidRecord, SetupError
from schemas.ids import content_hash
from schemas.times import DAY

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("named", "happened", "came_in", "judged_by"),
    [
        (None, NOW, NOW, "2021-09-08"),
        (None, NOW + DAY, NOW + 2 * DAY, "2"),
        (None, NOW, NOW + 30 * DAY, "2021-09-08"),  # published late
        (None, NOW + 9999 * DAY, NOW, "2021-09-08"),  # a clock that runs ahead
        (None, NOW - 2922 * DAY, NOW + 30 * DAY, "2021-09-08"),  # before the first version that we have
        (None, 0, NOW + 30 * DAY, "2"),  # a clock that isn't believed: when it came in
        ("2021-09-08", NOW + DAY, NOW + DAY, "2021-09-08"),  # collected under the version before
        ("2", NOW, NOW, "2"),
    ],
)
def test_which_version_counts(tmp_path: Path, named: str | None, happened: int, came_in: int, judged_by: str) -> None:
    one = event(1, "withdraw", policy_version=named, occurred_at=happened)
    assert version_for((POLICY, next_version(tmp_path)), one, came_in).version == judged_by


@pytest.mark.parametrize(
    ("more", "field"), [({"policy_version": "3"}, "policy_version"), ({"policy_id": "acme"}, "policy_id")]
)
def test_a_version_that_is_not_there_is_refused_with_its_field(more: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRecord) as refused:
        version_for((POLICY,), event(1, "withdraw", **more), NOW)
    assert (refused.value.reason, refused.value.field) == ("unknown_policy", field)


def test_choices_about_purposes_of_another_version_stand_and_harm_nothing(tmp_path: Path) -> None:
    new, state = next_version(tmp_path), fresh()
    for number, (policy, action, purposes) in enumerate(
        [(POLICY, "grant", ["surveys"]), (new, "grant", ["polls"]), (new, "withdraw", None), (POLICY, "delete", None)]
    ):
        one = event(number, action, number, purposes)
        made = plan(one, state, policy, LANES, NOW, content_hash(b"pepper", one))
        state = made.state
        if action == "withdraw":
            (polls,) = [leg for leg in made.legs if leg.recipient == "zoho-polls"]
            assert (polls.kind, "polls" in polls.purposes) == ("task", True)
            assert "surveys" not in due(made, "delivery")["zoho-one/marketing"].purposes
    assert state.erased_at is not None


@pytest.mark.parametrize(
    ("action", "purposes", "stands"),
    [("grant", None, None), ("grant", ["polls"], "granted"), ("withdraw", None, "withdrawn")],
)
def test_a_grant_of_everything_covers_no_purpose_that_came_later(
    tmp_path: Path, action: str, purposes: list[str] | None, stands: str | None
) -> None:
    new = next_version(tmp_path)
    new = new.model_copy(update={"added": {"polls": new.begins_at}})
    judged_by = new if purposes else POLICY
    one = event(1, action, 0, purposes)
    made = plan(one, fresh(), judged_by, LANES, NOW, content_hash(b"pepper", one))
    choice = Standing.of(new, made.state.choices).effective("polls", "email")
    assert (choice and choice.status) == stands
    if not purposes:
        known = Standing.of(new, made.state.choices).effective("marketing-campaigns", "email")
        assert known is not None


def test_a_connection_may_serve_a_recipient_of_any_version(tmp_path: Path) -> None:
    polls = replace(CAMPAIGNS, serves=frozenset({"zoho-polls"}))
    check_serves((POLICY, next_version(tmp_path)), "oomnis", [polls, CAMPAIGNS])
    with pytest.raises(SetupError, match="oomnis 2021-09-08 names no recipient 'zoho-polls'"):
        check_serves((POLICY,), "oomnis", [polls])
