"""Options of an adapter that may prove who it is in any way: which kind, and what that kind asks for."""

from __future__ import annotations

from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from processors.vendors.base import Options

_AT_URL = frozenset({"oauth_refresh", "client_credentials", "jwt_bearer", "zoho_oauth"})


def _one_pair(value: str) -> str:
    if value.count("{}") != 1 or value.count("{") + value.count("}") != 2:  # noqa: PLR2004 - the pair
        message = "has {} once, where the key stands"
        raise ValueError(message)
    return value


def without_credentials(address: str) -> str:
    """Raises ValueError: a name or password stands in it. Addresses are shown, as in the evidence of a dry run."""
    if "@" in urlsplit(address).netloc:
        message = "holds a name or password: they belong into `auth` and `secrets`, as addresses are shown"
        raise ValueError(message)
    return address


Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$"), AfterValidator(without_credentials)]


class Auth(Options):
    """kind: `none`, `bearer`, `basic`, `api_key`, ...: each wants its own `secrets` (docs/in-house.md).

    header, form: of `api_key`; param: of `query_token`; scheme: the word before a token; token_url, scope: where an
    access token is had, and for what.
    """

    kind: str
    header: str = Field(default="authorization", pattern=r"^[A-Za-z0-9-]+$")
    form: Annotated[str, AfterValidator(_one_pair)] = "{}"
    param: str = "token"
    scheme: str = Field(default="Bearer", pattern=r"^[A-Za-z0-9-]+$")
    token_url: Annotated[str, StringConstraints(pattern=r"^(https?://.+)?$"), AfterValidator(without_credentials)] = (
        ""
    )
    scope: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind in _AT_URL and not self.token_url:
            message = f"token_url: is missing; {self.kind} asks for a token there"
            raise ValueError(message)
        return self

    def as_class_data(self) -> dict[str, Any]:
        """What other adapters say in their class."""
        return {
            "auth": self.kind,
            "key_header": (self.header, self.form),
            "token_param": self.param,
            "token_scheme": self.scheme,
            "scope": self.scope,
        }
