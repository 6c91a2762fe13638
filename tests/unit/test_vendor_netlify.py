from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vendor_support import EMAIL, instruction, play, reply, vendor

from processors.vendors.base import Call, Note, Reply
from processors.vendors.later import Undone
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Callable

NETLIFY = vendor("netlify", sites=["site-1", "site-2"])
Rows = dict[tuple[str, str, str], list[dict[str, Any]]]


def site(rows: Rows, gone: tuple[str, ...] = ()) -> Callable[[Call], Reply]:
    """Plays Netlify. rows: (site, state, page) → its submissions."""

    def answer(call: Call) -> Reply:
        *_, place, last = call.path.split("/")
        if call.method == "DELETE":
            return reply({"code": 404}, 404) if last in gone else Reply(204)
        return reply(rows.get((place, call.params.get("state", ""), call.params["page"]), []))

    return answer


def test_every_submission_of_every_site_goes_spam_too_and_nobody_elses() -> None:
    rows: Rows = {
        ("site-1", "", "1"): [{"id": "a", "email": EMAIL.upper()}, {"id": "b", "email": f"x{EMAIL}"}],
        ("site-1", "", "2"): [{"id": "c", "email": None, "data": {"E-Mail": f" {EMAIL} ", "age": 7}}],
        ("site-2", "spam", "1"): [{"id": "d", "data": {"contact": EMAIL}}, {"id": "e", "data": None}],
    }
    played = play(NETLIFY.script(instruction("delete")), site(rows, gone=("c",)))
    assert [call.path for call in played.calls if call.method == "DELETE"] == [
        f"/api/v1/submissions/{one}" for one in ("a", "c", "d")
    ]
    assert played.notes == [Note("d1", ("a", "c", "d"))]
    assert (played.result.outcome, played.result.evidence.detail) == ("executed", "submissions=3")


def test_a_list_is_read_until_a_page_is_empty_and_the_address_is_sent_to_nobody() -> None:
    rows: Rows = {("site-1", "", str(page)): [{"id": f"s{page}"}] for page in (1, 2)}
    played = play(NETLIFY.script(instruction("delete")), site(rows))
    pages = [call.params["page"] for call in played.calls if "site-1" in call.path and "state" not in call.params]
    assert pages == ["1", "2", "3"]
    assert played.result.outcome == "no_match"
    assert EMAIL not in str([(call.path, call.params, call.json, call.headers) for call in played.calls])


def test_a_site_with_more_pages_than_the_option_says_is_refused_before_anything_goes() -> None:
    small = vendor("netlify", sites=["site-1"], most_pages=2)
    full = [{"id": "a", "email": EMAIL}]
    played = play(small.script(instruction("delete")), lambda _: reply(full))
    assert (type(played.result), played.result.reason) == (VendorRefused, "more_submissions_than_most_pages")
    assert not [call for call in played.calls if call.method == "DELETE"]


def test_what_an_earlier_try_deleted_is_done_and_not_unknown() -> None:
    played = play(NETLIFY.script(instruction("delete", refs=("a",))), site({}, gone=("a",)))
    assert played.result.outcome == "executed"


def test_whether_the_person_is_gone_is_asked() -> None:
    assert play(NETLIFY.read_back(instruction("delete")), site({})).result.outcome == "verified"
    there: Rows = {("site-2", "spam", "1"): [{"id": "a", "email": EMAIL}]}
    assert isinstance(play(NETLIFY.read_back(instruction("delete")), site(there)).result, Undone)
