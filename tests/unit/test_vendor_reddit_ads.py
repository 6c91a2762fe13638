from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from processors.vendors.base import Reply
from schemas.errors import MissingIdentity, VendorAuthRejected, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.vendors.base import Answer, Call

LISTS = {"news": "ca.1", "surveys": "ca.2"}
REDDIT = vendor("reddit_ads", user="acme_ads", lists=LISTS, other_lists=["ca.3"])
PLAIN, WRITTEN = (sha256(name.encode()).hexdigest() for name in (EMAIL, "ann@example.test"))
PUBLISHED = "ff8d9819fc0e12bf0d24892e45987e249a28dce836a85cad60e28eaaa8c6d976"
"""Reddit's own example, of alice@example.com and of Al.ice$+Apple@Example.Com."""


def sent(audience: str, action: str, *hashes: str) -> tuple[str, str, Any]:
    data = {"action_type": action, "column_order": ["EMAIL_SHA256"], "user_data": [[one] for one in hashes]}
    return "PATCH", f"/api/v3/custom_audiences/{audience}/users", {"data": data}


def carried(*asked: Any, answer: Callable[[Call], Answer] = REDDIT.rehearse) -> tuple[list[Any], dict[str, Any]]:
    played = play(REDDIT.batch_script(asked), answer)
    return [shown(call) for call in played.calls], played.result


def test_a_purpose_is_its_audience_and_everything_is_every_one_that_is_named() -> None:
    every = [sent(one, "REMOVE", WRITTEN, PLAIN) for one in ("ca.1", "ca.2", "ca.3")]
    assert carried(instruction("withdraw"))[0] == every[:1]
    assert carried(instruction("withdraw", all_purposes=True))[0] == every
    assert carried(instruction("delete"))[0] == every
    assert carried(instruction("grant"))[0] == [sent("ca.1", "ADD", WRITTEN)]


@pytest.mark.parametrize("email", ["alice@example.com", "Al.ice$+Apple@Example.Com"])
def test_an_address_is_written_as_in_reddits_own_examples(email: str) -> None:
    assert carried(instruction("grant", emails=(email,)))[0] == [sent("ca.1", "ADD", PUBLISHED)]


def test_what_reddit_has_taken_is_accepted_and_unconfirmed() -> None:
    for action in ("grant", "withdraw", "delete"):
        result = carried(instruction(action))[1]["d1"]
        assert (result.outcome, result.evidence.detail) == ("accepted", "unconfirmed")


def test_it_names_itself_and_who_answers_for_it() -> None:
    assert REDDIT.headers == {"user-agent": "web:consent-relay:v1 (by /u/acme_ads)"}
    for wrong in ("", "a b", "x\ny"):
        with pytest.raises(ValidationError):
            vendor("reddit_ads", user=wrong, lists=LISTS)


@pytest.mark.parametrize("audience", ["", ".", "..", "ca/1", "ca..1"])
def test_an_id_that_would_make_another_path_is_refused_at_the_start(audience: str) -> None:
    with pytest.raises(ValidationError):
        vendor("reddit_ads", user="acme_ads", lists={"news": audience})
    with pytest.raises(ValidationError):
        vendor("reddit_ads", user="acme_ads", lists=LISTS, other_lists=[audience])


def test_a_call_has_at_most_2500_rows_and_never_none() -> None:
    emails = tuple(f"p{n}@x.test" for n in range(2600))
    nobody = instruction("withdraw", delivery_id="d2", emails=())
    calls, ended = carried(instruction("withdraw", emails=emails), nobody)
    assert [len(body["data"]["user_data"]) for _, _, body in calls] == [2500, 100]
    assert isinstance(ended["d2"], MissingIdentity)
    assert carried(nobody)[0] == []


def test_a_name_of_which_nothing_is_left_is_told_after_its_plain_form_was_removed() -> None:
    calls, ended = carried(instruction("withdraw", emails=("+a@example.test",)))
    assert calls == [sent("ca.1", "REMOVE", sha256(b"+a@example.test").hexdigest())]
    assert (type(ended["d1"]), ended["d1"].reason) == (VendorRefused, "email_not_hashable")


def test_only_reddits_own_404_means_an_audience_that_is_not_there() -> None:
    absent = REDDIT.fault(reply({"error": {"code": 404, "message": "Custom audience not found"}}, 404))
    assert (type(absent), absent.reason if absent else None) == (VendorAuthRejected, "audience_not_found")
    odd: tuple[Any, ...] = ({"error": "x"}, {}, [], None)
    for body in odd:
        assert REDDIT.fault(reply(body, 404)) is None
    assert REDDIT.fault(Reply(204)) is None


def test_it_is_for_what_the_policies_call_reddit_plugins() -> None:
    assert REDDIT.is_for("reddit-plugins")
    assert REDDIT.is_for("reddit-ads")
