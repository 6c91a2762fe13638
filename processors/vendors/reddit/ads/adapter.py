"""Reddit ads: the calls of each action."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from processors.vendors.base import Call, Options, Result
from processors.vendors.reddit.ads.facts import RedditAdsFacts
from schemas.errors import VendorAuthRejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.audiences import Group
    from processors.vendors.base import Reply
    from processors.vendors.identifiers import Form
    from schemas.errors import VendorError
    from schemas.records import Action


class RedditAds(RedditAdsFacts):
    name = "reddit_ads"

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        # As Reddit asks for it: platform, app, version, and who answers for it.
        vars(self)["headers"] = {"user-agent": f"web:consent-relay:v1 (by /u/{self.options.user})"}

    def call(self, action: Action, group: Group, names: Sequence[Form]) -> Call:
        data = {
            "action_type": "ADD" if action == "grant" else "REMOVE",
            "column_order": ["EMAIL_SHA256"],
            "user_data": [[value] for _, value in names],
        }
        path = f"/api/v3/custom_audiences/{group[0]}/users"
        return Call("PATCH", path, json={"data": data}, expect=frozenset({HTTPStatus.NO_CONTENT}))

    def read(self, call: Call, reply: Reply, lines: int) -> Sequence[Reply]:
        del call
        return [reply] * lines

    def done(self, replies: Sequence[Reply]) -> Result:
        return Result("accepted", evidence=replies[-1].evidence(detail="unconfirmed"))

    def fault(self, reply: Reply) -> VendorError | None:
        """An audience that isn't there is the configuration's fault, not a person's."""
        if reply.status != HTTPStatus.NOT_FOUND:
            return None
        try:
            is_reddits = int(json.loads(reply.body)["error"]["code"]) == HTTPStatus.NOT_FOUND
        except (ValueError, TypeError, KeyError):
            return None
        about = {"status": reply.status, "response_sha256": reply.sha256}
        return VendorAuthRejected("audience_not_found", **about) if is_reddits else None  # type: ignore[arg-type]
