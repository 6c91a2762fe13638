"""What a connection to Reddit ads is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from processors.vendors.audiences import AudienceOptions
from processors.vendors.oauth import OAuthOptions

_AudienceId = Annotated[str, Field(max_length=80, pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$")]


class RedditOptions(AudienceOptions, OAuthOptions):
    """`lists`: purpose → id of its audience, `ca.…`; user: the Reddit user who answers for the app.

    Reddit refuses who doesn't name themselves in the user agent.
    """

    lists: dict[str, _AudienceId] = Field(min_length=1)
    other_lists: tuple[_AudienceId, ...] = ()
    user: str = Field(pattern=r"^[A-Za-z0-9_-]{3,20}$")
