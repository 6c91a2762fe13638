from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, instruction, play, reply, vendor

from processors.vendors.base import Call, Note, Reply
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Callable

TENANT = {"tenant": "acme.example"}
GRAPH = vendor("microsoft_365", **TENANT)
GUEST = {"id": "g1", "userType": "Guest", "mail": EMAIL, "userPrincipalName": "ann#EXT#@acme.example"}
MEMBER = {"id": "m1", "userType": "Member", "mail": "a@acme.example", "userPrincipalName": "Ann@acme.example"}


def tenant(
    *rows: dict[str, Any], gone: tuple[str, ...] = (), purge: int = 403, **more: Any
) -> Callable[[Call], Reply]:
    """Plays Graph. purge: the status of a purge."""

    def answer(call: Call) -> Reply:
        if call.method == "GET":
            return reply({"value": list(rows), **more})
        if "deletedItems" in call.path:
            return reply({"error": {}}, purge) if purge != 204 else Reply(204)
        return reply({"error": {}}, 404) if call.path.rpartition("/")[2] in gone else Reply(204)

    return answer


def made(calls: list[Call]) -> list[str]:
    return [call.path for call in calls if call.method == "DELETE"]


def test_a_guests_account_goes_and_what_others_hold_is_a_task() -> None:
    further = {"id": "g2", "userType": "Guest", "mail": None, "otherMails": [EMAIL.upper()]}
    played = play(GRAPH.script(instruction("delete")), tenant(GUEST, further, {**GUEST, "id": "g3", "mail": "x@y.z"}))
    assert made(played.calls) == ["/v1.0/users/g1", "/v1.0/users/g2"]
    assert played.notes == [Note("d1", ("g1", "g2"))]
    result = played.result
    assert (result.outcome, result.reason) == ("manual_task", "search_mail_and_files")
    assert (result.evidence.detail, result.evidence.vendor_limit_s) == ("accounts=2, kept=0", 30 * 86_400)


def test_an_account_is_found_by_an_alias_and_by_no_address_of_another_kind() -> None:
    aliased = {"id": "g2", "userType": "Guest", "mail": "x@y.z", "proxyAddresses": ["SMTP:x@y.z", f"smtp:{EMAIL}"]}
    first = {**aliased, "id": "g3", "mail": None, "proxyAddresses": [f"SMTP:{EMAIL.upper()}"]}
    by_voice = {**aliased, "id": "g4", "proxyAddresses": [f"sip:{EMAIL}", f"x500:/o=acme/cn={EMAIL}"]}
    played = play(GRAPH.script(instruction("delete")), tenant(aliased, first, by_voice))
    assert made(played.calls) == ["/v1.0/users/g2", "/v1.0/users/g3"]
    asked = played.calls[0].params
    assert "proxyAddresses" in asked["$select"], "which nobody gets who doesn't ask for it"
    for kind in ("smtp", "SMTP"):
        assert f" or proxyAddresses/any(p:p eq '{kind}:{EMAIL}')" in asked["$filter"]


@pytest.mark.parametrize(
    "row", [MEMBER, {**MEMBER, "userType": None}, {**MEMBER, "userPrincipalName": "ann@sub.acme.example"}]
)
def test_a_colleagues_account_is_never_deleted_for_an_address_alone(row: dict[str, Any]) -> None:
    asked = instruction("delete", emails=("a@acme.example",))
    played = play(GRAPH.script(asked), tenant(row))
    assert (made(played.calls), played.result.reason) == ([], "account_of_a_member")
    allowed = vendor("microsoft_365", **TENANT, member_domains=["acme.example"])
    gone = made(play(allowed.script(asked), tenant(row)).calls)
    assert gone == ([] if "sub." in row["userPrincipalName"] else ["/v1.0/users/m1"])


def test_without_guests_nobody_is_deleted_and_nobody_found_is_still_a_task() -> None:
    careful = vendor("microsoft_365", **TENANT, guests=False)
    assert made(play(careful.script(instruction("delete")), tenant(GUEST)).calls) == []
    nobody = play(GRAPH.script(instruction("delete")), tenant()).result
    assert (nobody.outcome, nobody.reason) == ("manual_task", "search_mail_and_files")
    assert nobody.evidence.vendor_limit_s is None


@pytest.mark.parametrize(("status", "limit"), [(204, None), (404, 30 * 86_400), (403, 30 * 86_400)])
def test_a_purge_refused_or_too_early_leaves_the_account_to_the_thirty_days(status: int, limit: int | None) -> None:
    purging = vendor("microsoft_365", **TENANT, purge=True)
    played = play(purging.script(instruction("delete")), tenant(GUEST, purge=status))
    assert made(played.calls) == ["/v1.0/users/g1", "/v1.0/directory/deletedItems/g1"]
    assert played.result.evidence.vendor_limit_s == limit


def test_what_an_earlier_try_noted_stays_if_it_may_not_go_any_more() -> None:
    careful = vendor("microsoft_365", **TENANT, guests=False)
    played = play(careful.script(instruction("delete", refs=("g1",))), tenant(GUEST))
    assert (made(played.calls), played.result.reason) == ([], "account_of_a_member")


def test_an_account_that_is_gone_and_in_no_bin_is_gone() -> None:
    purging = vendor("microsoft_365", **TENANT, purge=True)
    played = play(purging.script(instruction("delete", refs=("g1",))), tenant(gone=("g1",), purge=404))
    assert played.result.evidence.vendor_limit_s is None


def test_what_an_earlier_try_deleted_is_told_as_such() -> None:
    played = play(GRAPH.script(instruction("delete", refs=("g1",))), tenant(gone=("g1",)))
    assert played.result.evidence.detail == "accounts=0, not_found_again=1, kept=0"


def test_an_address_is_quoted_in_the_filter_and_more_than_a_page_is_nobody() -> None:
    asked = instruction("delete", emails=("O'Neil@x.test",))
    following: dict[str, Any] = {"@odata.nextLink": "https://graph.microsoft.com/next"}
    played = play(GRAPH.script(asked), tenant(**following))
    assert "mail eq 'o''neil@x.test' or" in played.calls[0].params["$filter"]
    assert (type(played.result), played.result.reason) == (VendorRefused, "too_many_accounts")


def test_consent_makes_no_difference_and_a_withdrawal_is_a_persons_work() -> None:
    assert play(GRAPH.script(instruction("grant")), tenant()).result.outcome == "not_applicable"
    assert play(GRAPH.script(instruction("withdraw")), tenant()).result.outcome == "manual_task"


def test_a_tenants_tokens_are_had_at_its_own_address() -> None:
    assert GRAPH.token_url == "https://login.microsoftonline.com/acme.example/oauth2/v2.0/token"
    with pytest.raises(ValidationError):
        vendor("microsoft_365", tenant="../evil")
