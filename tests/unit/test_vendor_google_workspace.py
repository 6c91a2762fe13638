from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, instruction, play, reply, vendor

from processors.vendors.base import Call, Note, Reply
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

GIVEN = {"acts_for": "admin@example.test", "domains": ["example.test"]}
CAREFUL = vendor("google_workspace", **GIVEN)
ALLOWED = vendor("google_workspace", **GIVEN, accounts=True)
NOT_FOUND = {"error": {"code": 404, "errors": [{"reason": "notFound"}]}}


def directory(account: dict[str, Any] | None, missing: Any = NOT_FOUND) -> Callable[[Call], Reply]:
    """Plays the Directory API with one account, or none; missing: what a 404 says."""

    def answer(call: Call) -> Reply:
        if account is None:
            return reply(missing, 404)
        return Reply(204) if call.method == "DELETE" else reply(account)

    return answer


def account(**more: Any) -> dict[str, Any]:
    return {"id": "u1", "primaryEmail": EMAIL, **more}


def made(calls: list[Call]) -> list[str]:
    return [call.path for call in calls if call.method == "DELETE"]


def test_an_account_is_deleted_where_the_options_allow_it_and_the_rest_is_a_task() -> None:
    played = play(ALLOWED.script(instruction("delete")), directory(account()))
    assert [call.path for call in played.calls] == [
        "/admin/directory/v1/users/ann%2Bnews%40example.test",
        "/admin/directory/v1/users/u1",
    ]
    assert played.notes == [Note("d1", ("u1",))]
    result = played.result
    assert (result.outcome, result.reason, result.evidence.vendor_limit_s) == (
        "manual_task", "search_mail_and_files", 20 * 86_400,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("adapter", "more"),
    [(CAREFUL, {}), (ALLOWED, {"isAdmin": True}), (ALLOWED, {"isDelegatedAdmin": True})],
)
def test_an_account_that_may_not_go_is_a_task_and_stays(adapter: Any, more: dict[str, Any]) -> None:
    played = play(adapter.script(instruction("delete")), directory(account(**more)))
    assert (made(played.calls), played.result.reason) == ([], "account_kept")
    assert played.result.evidence.vendor_limit_s is None


@pytest.mark.parametrize(("adapter", "more"), [(CAREFUL, {}), (ALLOWED, {"isAdmin": True})])
def test_what_an_earlier_try_noted_stays_if_it_may_not_go_any_more(adapter: Any, more: dict[str, Any]) -> None:
    played = play(adapter.script(instruction("delete", refs=("u1",))), directory(account(**more)))
    assert (made(played.calls), played.result.reason) == ([], "account_kept")


def test_an_alias_is_the_persons_and_an_address_that_is_none_of_theirs_is_nobodys() -> None:
    other = {"primaryEmail": "a@example.test"}
    alias = play(ALLOWED.script(instruction("delete")), directory(account(**other, aliases=[EMAIL.upper()])))
    assert made(alias.calls) == ["/admin/directory/v1/users/u1"]
    assert made(play(ALLOWED.script(instruction("delete")), directory(account(**other))).calls) == []


def test_an_address_of_another_domain_is_asked_of_nobody() -> None:
    for email in ("ann@elsewhere.test", "ann@sub.example.test", "ann@example.test.evil"):
        played = play(ALLOWED.script(instruction("delete", emails=(email,))), directory(None))
        assert (played.calls, played.result.outcome) == ([], "manual_task")


def test_only_googles_own_not_found_means_gone() -> None:
    gone = play(ALLOWED.script(instruction("delete", refs=("u1",))), directory(None))
    assert gone.result.evidence.detail == "accounts=0, not_found_again=1, kept=0"
    wrong = {"error": {"code": 404, "errors": [{"reason": "methodNotFound"}]}}
    odd = play(ALLOWED.script(instruction("delete")), directory(None, wrong))
    assert (type(odd.result), odd.result.reason) == (VendorRefused, "http_404")


def test_a_limit_told_as_403_is_waited_for() -> None:
    told = {"error": {"code": 403, "errors": [{"reason": "userRateLimitExceeded"}]}}
    assert isinstance(ALLOWED.fault(reply(told, 403)), VendorUnavailable)


def test_the_service_account_acts_for_the_administrator() -> None:
    assert ALLOWED.acts_for == "admin@example.test"
    with pytest.raises(ValidationError):
        vendor("google_workspace", acts_for="admin@example.test", domains=[])


def test_consent_makes_no_difference_and_a_withdrawal_is_a_persons_work() -> None:
    assert play(ALLOWED.script(instruction("grant")), directory(None)).result.outcome == "not_applicable"
    assert play(ALLOWED.script(instruction("withdraw")), directory(None)).result.outcome == "manual_task"
