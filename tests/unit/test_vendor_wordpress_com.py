from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, instruction, play, reply, vendor

from processors.vendors.base import Call, Note, Reply
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorRefused

BLOG = vendor("wordpress_com", site="blog.example", reassign_to=1)
ROOT = "/rest/v1.1/sites/blog.example"
NO_USER = {"error": "invalid_input", "message": "A user does not exist with that ID."}


@dataclass
class Site:
    """Plays WordPress.com. comments: (status, page) → ids with an address; trash: comments not in the trash yet."""

    users: dict[int, Any] = field(default_factory=dict)
    comments: dict[tuple[str, str], dict[int, Any]] = field(default_factory=dict)
    trash: set[str] = field(default_factory=set)
    barred: dict[str, str] | None = None
    status: int = 400
    success: bool = True
    found: int = -1

    def __call__(self, call: Call) -> Reply:
        if call.path == f"{ROOT}/users":
            return reply({"users": [{"ID": one, "email": email} for one, email in self.users.items()]})
        if call.path == f"{ROOT}/comments/":
            some = self.comments.get((call.params["status"], call.params["page"]), {})
            rows = [{"ID": one, "author": {"email": email}} for one, email in some.items()]
            return reply({"found": self.found, "comments": rows})
        if "/users/" in call.path:
            return reply(self.barred, self.status) if self.barred else reply({"success": self.success})
        comment = call.path.split("/")[-2]
        status = "trash" if comment in self.trash else "deleted"
        self.trash.discard(comment)
        return reply({"status": status})


def made(calls: list[Call]) -> list[str]:
    return [call.path.removeprefix(ROOT) for call in calls if call.method == "POST"]


def test_comments_of_every_status_and_the_user_go_whose_posts_another_one_is_given() -> None:
    site = Site(
        users={7: EMAIL.upper(), 8: f"x{EMAIL}"},
        comments={("all", "1"): {1: EMAIL, 2: ""}, ("spam", "1"): {3: EMAIL}, ("trash", "2"): {4: EMAIL}},
        trash={"1"},
    )
    site.comments["trash", "1"] = {5: "else@x.test"}
    played = play(BLOG.script(instruction("delete")), site)
    first = [f"/comments/{n}/delete" for n in (1, 3, 4)]
    assert made(played.calls) == [*first, "/comments/1/delete", "/users/7/delete"]
    assert played.calls[-1].json == {"reassign": 1}
    assert played.notes == [Note("d1", ("comment:1", "comment:3", "comment:4", "user:7"))]
    assert (played.result.outcome, played.result.evidence.detail) == ("executed", "records=4")


def test_a_page_of_comments_that_nobody_may_read_is_not_the_last() -> None:
    site = Site(comments={("all", "1"): {1: ""}, ("all", "3"): {2: EMAIL}}, found=201)
    assert made(play(BLOG.script(instruction("delete")), site).calls)[0] == "/comments/2/delete"


def test_a_user_with_a_paid_plan_is_a_task() -> None:
    barred = {"error": "user_has_active_subscriptions", "message": "User has active subscriptions"}
    played = play(BLOG.script(instruction("delete")), Site(users={7: EMAIL}, barred=barred))
    assert (played.result.outcome, played.result.reason) == ("manual_task", "user_has_active_subscriptions")


def test_the_owner_of_the_site_is_a_task_and_missing_rights_are_not() -> None:
    owner = {"error": "forbidden", "message": "A site owner can not be removed through this endpoint."}
    site = Site(users={7: EMAIL}, comments={("all", "1"): {1: EMAIL}}, barred=owner, status=403)
    played = play(BLOG.script(instruction("delete")), site)
    assert made(played.calls) == ["/comments/1/delete", "/users/7/delete"]
    assert (played.result.outcome, played.result.reason) == ("manual_task", "owner_of_the_site")
    rights = {"error": "unauthorized", "message": "User cannot delete users for specified site."}
    refused = play(BLOG.script(instruction("delete")), Site(users={7: EMAIL}, barred=rights, status=403))
    assert isinstance(refused.result, VendorAuthRejected)


def test_who_went_meanwhile_is_gone_and_a_200_that_says_no_is_no_success() -> None:
    gone = play(BLOG.script(instruction("delete", refs=("user:7",))), Site(barred=NO_USER))
    assert gone.result.outcome == "executed"
    refused = play(BLOG.script(instruction("delete")), Site(users={7: EMAIL}, success=False))
    assert (type(refused.result), refused.result.reason) == (VendorRefused, "user_not_deleted")


def test_addresses_that_are_not_shown_prove_nothing() -> None:
    hidden = Site(comments={("all", "1"): {1: False}})
    played = play(BLOG.script(instruction("delete")), hidden)
    assert (type(played.result), played.result.reason) == (VendorAuthRejected, "addresses_not_shown")


def test_a_comment_that_stays_in_the_trash_is_no_success() -> None:
    class Stubborn(Site):
        def __call__(self, call: Call) -> Reply:
            return (
                reply({"status": "trash"})
                if "/comments/" in call.path and call.method == "POST"
                else super().__call__(call)
            )

    played = play(BLOG.script(instruction("delete")), Stubborn(comments={("all", "1"): {1: EMAIL}}))
    assert (type(played.result), played.result.reason) == (VendorRefused, "comment_not_deleted")


def test_more_comments_than_the_option_says_are_refused_before_anything_goes() -> None:
    small = vendor("wordpress_com", site="blog.example", reassign_to=1, most_pages=1)
    many = Site(comments={("all", str(n)): {n: EMAIL} for n in range(1, 5)})
    played = play(small.script(instruction("delete")), many)
    assert (made(played.calls), played.result.reason) == ([], "more_comments_than_most_pages")


def test_nobody_is_no_match_and_subscribers_are_a_persons_work() -> None:
    assert play(BLOG.script(instruction("delete")), Site()).result.outcome == "no_match"
    assert play(BLOG.script(instruction("withdraw")), Site()).result.outcome == "manual_task"
    assert play(BLOG.read_back(instruction("delete")), Site()).result.outcome == "verified"
    assert isinstance(play(BLOG.read_back(instruction("delete")), Site(users={7: EMAIL})).result, Undone)


def test_nobody_is_deleted_without_somebody_to_take_the_posts() -> None:
    with pytest.raises(ValidationError):
        vendor("wordpress_com", site="blog.example")
