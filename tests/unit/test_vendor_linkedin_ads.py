from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from schemas.errors import MissingIdentity, VendorAuthRejected, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.vendors.base import Answer, Call

LISTS = {"news": "10804", "surveys": "10805"}
LINKEDIN = vendor("linkedin_ads", lists=LISTS, other_lists=["10806"])
OTHER = "bob@example.test"


def element(action: str, name: str = EMAIL) -> dict[str, Any]:
    return {"action": action, "userIds": [{"idType": "SHA256_EMAIL", "idValue": sha256(name.encode()).hexdigest()}]}


def sent(segment: str, *elements: dict[str, Any]) -> tuple[str, str, Any]:
    return "POST", f"/rest/dmpSegments/{segment}/users", {"elements": list(elements)}


def carried(*asked: Any, answer: Callable[[Call], Answer] = LINKEDIN.rehearse) -> tuple[list[Call], dict[str, Any]]:
    played = play(LINKEDIN.batch_script(asked), answer)
    return played.calls, played.result


def test_a_purpose_is_its_segment_and_everything_is_every_one_that_is_named() -> None:
    every = [sent(one, element("REMOVE")) for one in ("10804", "10805", "10806")]
    assert [shown(call) for call in carried(instruction("withdraw"))[0]] == every[:1]
    assert [shown(call) for call in carried(instruction("withdraw", all_purposes=True))[0]] == every
    assert [shown(call) for call in carried(instruction("delete"))[0]] == every
    assert [shown(call) for call in carried(instruction("grant"))[0]] == [sent("10804", element("ADD"))]


def test_each_call_names_its_version_and_says_that_it_has_several() -> None:
    call = carried(instruction("withdraw"))[0][0]
    assert call.headers == {"x-restli-method": "BATCH_CREATE", "linkedin-version": "202604"}
    assert LINKEDIN.headers == {"x-restli-protocol-version": "2.0.0"}
    for wrong in ("2026", "202613", "v202604"):
        with pytest.raises(ValidationError):
            vendor("linkedin_ads", lists=LISTS, version=wrong)


def test_what_linkedin_has_taken_is_accepted_and_unconfirmed() -> None:
    for action in ("grant", "withdraw", "delete"):
        result = carried(instruction(action))[1]["d1"]
        assert result.outcome == LINKEDIN.can[action].closing == "accepted"
        assert (result.evidence.detail, result.evidence.vendor_limit_s) == ("unconfirmed", 2 * 86_400)


def elements(*statuses: int) -> Any:
    return reply({"elements": [{"status": status} for status in statuses]})


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, VendorRefused), (429, VendorUnavailable), (500, VendorUnavailable), (403, VendorAuthRejected)],
)
def test_each_element_has_a_status_of_its_own(status: int, kind: type[Exception]) -> None:
    both = [instruction("withdraw"), instruction("withdraw", delivery_id="d2", emails=(OTHER,))]
    calls, ended = carried(*both, answer=lambda _: elements(status, 201))
    assert [shown(call) for call in calls] == [sent("10804", element("REMOVE"), element("REMOVE", OTHER))]
    assert (type(ended["d1"]), ended["d1"].reason) == (kind, f"element_{status}")
    assert ended["d2"].outcome == "accepted"


def test_an_answer_with_more_or_fewer_elements_proves_nothing() -> None:
    for statuses in ((), (201, 201)):
        _, ended = carried(instruction("withdraw"), answer=lambda _, s=statuses: elements(*s))  # type: ignore[misc]
        assert isinstance(ended["d1"], VendorUnavailable)


def test_one_address_refused_is_the_persons_outcome_though_others_were_taken() -> None:
    asked = instruction("withdraw", emails=(EMAIL, OTHER))
    assert carried(asked, answer=lambda _: elements(201, 400))[1]["d1"].reason == "element_400"


def test_a_call_has_at_most_5000_elements_and_never_none() -> None:
    emails = tuple(f"p{n}@x.test" for n in range(6000))
    nobody = instruction("withdraw", delivery_id="d2", emails=())
    calls, ended = carried(instruction("withdraw", emails=emails), nobody)
    assert [len(call.json["elements"]) for call in calls] == [5000, 1000]
    assert isinstance(ended["d2"], MissingIdentity)
    assert carried(nobody)[0] == []


def test_a_version_that_has_ended_and_a_segment_that_is_not_there_stop_the_lane() -> None:
    ended = LINKEDIN.fault(reply({"status": 426}, 426))
    assert (type(ended), ended.reason if ended else None) == (VendorAuthRejected, "version_has_ended")
    absent = LINKEDIN.fault(reply({"status": 404, "code": "NOT_FOUND"}, 404))
    assert (type(absent), absent.reason if absent else None) == (VendorAuthRejected, "segment_not_found")
    odd: tuple[Any, ...] = ({"error": "x"}, [], None)
    for body in odd:
        assert LINKEDIN.fault(reply(body, 404)) is None, "that is not LinkedIn's own"
