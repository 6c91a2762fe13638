"""WordPress.com: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.wordpress_com.options import WordpressOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_JETPACK = "Automattic/jetpack projects/plugins/jetpack/json-endpoints"


class WordpressFacts(Vendor):
    title = "WordPress.com"
    docs = "https://developer.wordpress.com/docs/api/"
    base_url = "https://public-api.wordpress.com"
    channels = ()
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(kind="not_applicable", says="no call: nobody is subscribed to a site on their behalf"),
        "withdraw": Capability(
            kind="manual_task",
            calls=False,
            says="a task: who gets new posts by mail is taken off in the site's own list of subscribers",
        ),
        "delete": Capability(
            idempotent=False,
            read_back_s=3600.0,
            says="deletes every listed comment that carries the address, spam and trash too, and the site's user "
            "with it, whose posts go to another user; a site at WordPress.com itself only takes the user off, with "
            "the posts left under their name; for the owner, or where a paid plan or a domain bars it, it is a task",
        ),
    }
    identifies_by = ("email",)
    auth = "bearer"
    limits = ()
    concurrency = 2
    documented: ClassVar[Mapping[int, str]] = {
        400: "with invalid_input: no such user (any more); else what bars the user from being deleted",
        403: "with forbidden: the owner of the site, whom nobody can remove",
        404: "with unknown_comment: no such comment (any more)",
    }
    traps = (
        "without `reassign` a user's posts are deleted with them: it is always sent",
        "a comment goes into the trash first: it is deleted twice",
        "`status=all` leaves out spam and trash",
        "there is no search among comments: all are read for each person, which costs a call for every 100",
        "a site at WordPress.com itself (multisite) heeds no `reassign`: posts stay the removed user's",
        "reviews of products and comments that the token may not read aren't listed, and stay",
        "subscribers by mail, form entries, orders and the person's own account at WordPress.com are not reached",
    )
    evidence = (
        ("S", f"{_JETPACK}/class.wpcom-json-api-list-users-endpoint.php@0bf0835"),
        ("S", f"{_JETPACK}/class.wpcom-json-api-list-comments-endpoint.php@0481d0e"),
        ("S", f"{_JETPACK}/class.wpcom-json-api-update-comment-endpoint.php@1ca1ef2"),
        ("S", f"{_JETPACK}/class.wpcom-json-api-update-user-endpoint.php@1fe0e07"),
        ("D", "https://developer.wordpress.com/docs/api/1.1/post/sites/%24site/users/%24user_ID/delete/"),
    )
    unverified = (
        "that two calls at a time are few enough: no limit is published",
        "that an error without a status of its own, as user_has_active_subscriptions, is HTTP 400",
    )
    checked = f"calls, answers and errors by reading {_JETPACK}"
    options_type = WordpressOptions
    example: ClassVar[Mapping[str, Any]] = {"site": "82974409", "reassign_to": 1}
    options: WordpressOptions

    def probe(self) -> Call:
        return Call("GET", self.options.root, params={"fields": "ID"})

    def rehearse(self, call: Call) -> Reply:
        is_first = call.params.get("page", "1") == "1" and call.params.get("status", "all") == "all"
        emails = call.seeks if is_first else ()
        body: dict[str, Any] = {"success": True, "status": "deleted"}
        if call.path.endswith("/users"):
            body = {"found": 1, "users": [{"ID": 7, "email": email} for email in emails]}
        elif call.path.endswith("/comments/"):
            body = {"found": 1, "comments": [{"ID": 9, "author": {"email": email}} for email in emails]}
        return Reply(200, {}, json.dumps(body).encode())
