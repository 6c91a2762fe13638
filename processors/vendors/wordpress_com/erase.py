"""WordPress.com: users deleted, whose posts others are given, and comments deleted, trash and all.

Guard: `reassign` is always sent; without it WordPress deletes the user's posts, too (wp_delete_user).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.wordpress_com.people import COMMENT, USER
from processors.vendors.words import word
from schemas.errors import VendorAuthRejected, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Sequence

    from processors.vendors.wordpress_com.options import WordpressOptions

_BARRED, _FORBIDDEN, _GONE = 400, 403, 404
_OWNER = ("forbidden", "A site owner can not be removed through this endpoint.")
"""It has the status of missing rights (`unauthorized`), yet is of one person."""
_NO_USER = ("A user does not exist with that ID.", "User is not a member of the specified site.")


def erase(refs: Sequence[str], options: WordpressOptions) -> Generator[Step, Any, tuple[Reply, str | None]]:
    """The last answer, and why a user couldn't be deleted without a person's help.

    Raises:
        VendorRefused: WordPress.com says that something wasn't done.

    """
    users = [ref.removeprefix(USER) for ref in refs if ref.startswith(USER)]
    comments = [ref.removeprefix(COMMENT) for ref in refs if ref.startswith(COMMENT)]
    replies: list[Reply] = []
    if comments:
        replies += yield from _delete_comments(comments, options)
    if users:
        replies += all_good((yield tuple(_removal(user, options) for user in users)))
    barred = [reason for reply in replies[len(replies) - len(users) :] if (reason := _barred(reply))]
    return replies[-1], barred[0] if barred else None


def _delete_comments(comments: Collection[str], options: WordpressOptions) -> Generator[Step, Any, list[Reply]]:
    """The first call puts a comment into the trash, a second one deletes it."""
    replies = all_good((yield tuple(_deletion(one, options) for one in comments)))
    trashed = [one for one, reply in zip(comments, replies, strict=True) if _status(reply) == "trash"]
    if trashed:
        again = all_good((yield tuple(_deletion(one, options) for one in trashed)))
        replies = [*(reply for reply in replies if _status(reply) != "trash"), *again]
    for reply in replies:
        if _status(reply) != "deleted":
            raise VendorRefused("comment_not_deleted", status=reply.status, response_sha256=reply.sha256)
    return replies


def _deletion(comment: str, options: WordpressOptions) -> Call:
    return Call("POST", f"{options.root}/comments/{comment}/delete", expect=frozenset({200, _GONE}))


def _removal(user: str, options: WordpressOptions) -> Call:
    body, expect = {"reassign": options.reassign_to}, frozenset({200, _BARRED, _FORBIDDEN})
    return Call("POST", f"{options.root}/users/{user}/delete", json=body, expect=expect)


def _status(reply: Reply) -> str:
    body = reply.json()
    if reply.status == _GONE and body["error"] == "unknown_comment":
        return "deleted"
    return str(body["status"])


def _barred(reply: Reply) -> str | None:
    """Why the user stays; None: deleted, or gone already.

    Raises:
        VendorRefused: a 200 that says that it wasn't done.
        VendorAuthRejected: the token may not delete users.

    """
    body = reply.json()
    if reply.status == _FORBIDDEN:
        if (body.get("error"), body.get("message")) == _OWNER:
            return "owner_of_the_site"
        raise VendorAuthRejected("http_403", status=reply.status, response_sha256=reply.sha256)
    if reply.status == _BARRED:
        return None if body["message"] in _NO_USER else word(body["error"])
    if body["success"] is not True:
        raise VendorRefused("user_not_deleted", status=reply.status, response_sha256=reply.sha256)
    return None
