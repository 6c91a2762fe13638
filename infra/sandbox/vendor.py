"""What a vendor of the sandbox is: its routes, its state and its own words for errors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.access import ISSUED, SECRETS, grant_refused, lets_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from infra.sandbox.limits import Limit
    from infra.sandbox.people import Person
    from infra.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """A request as a vendor's handler sees it.

    `params` holds query and form, `body` decoded JSON (None if there is none), `digest` the SHA-256 of the request;
    `at` is when it came in, Unix s; `headers` have names in lower case; `fields` are the form's, as often as
    they were sent. `raw`: the body as it came.
    """

    verb: str
    at: float
    url_path: str
    path: Mapping[str, str]
    params: Mapping[str, str]
    body: Any
    authorization: str
    digest: str
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Sequence[tuple[str, str]] = ()
    raw: bytes = b""

    def number(self, name: str, default: int) -> int:
        """A parameter that counts from 1; `default` where it is none."""
        text = self.params.get(name, "")
        return max(1, int(text)) if text.isdecimal() else default


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is sent as JSON, a string as it stands, None as nothing."""

    status: int = 200
    body: Any = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the vendor's API.

    `verb` names it in ledger, faults and limits; `path` is the vendor's real path; `is_open`: it asks for no token.
    """

    verb: str
    method: str
    path: str
    handle: Callable[[Call], Answer]
    scope: str | None = None
    limits: Sequence[Limit] = ()
    is_open: bool = False


class Vendor(ABC):
    """Subclass in a file of `vendors/`, name it, list its operations: it is then served.

    It stands under `/<name>`, which takes the place of the vendor's host. `issuer` names the vendor whose access
    tokens are asked for, `scheme` the word before the token; `concurrency` is the number of calls that may be under
    way at once. Handlers are synchronous: each is one step that nothing interrupts.

    Without an issuer, `auth` is a kind as adapters name them, and its secrets are the vendor's own, `<name>_<key>`;
    `forms`: what they look like, `{}` standing for something random. key_header, token_param, client_in: as in the
    adapter.
    Kinds of OAuth serve tokens at `token_path`; audiences: for whom an assertion may be signed.
    required: headers without which a call is answered 400.
    """

    registry: ClassVar[dict[str, type[Vendor]]] = {}

    name: ClassVar[str]
    issuer: ClassVar[str | None] = None
    scheme: ClassVar[str] = "Bearer"
    auth: ClassVar[str] = "none"
    key_header: ClassVar[tuple[str, str]] = ("authorization", "{}")
    token_param: ClassVar[str] = "token"
    token_path: ClassVar[str] = "/oauth/token"
    client_in: ClassVar[str] = "form"
    audiences: ClassVar[tuple[str, ...]] = ()
    forms: ClassVar[Mapping[str, str]] = {}
    required: ClassVar[Mapping[str, str]] = {}
    concurrency: ClassVar[int | None] = None

    def __init_subclass__(cls) -> None:
        if "name" not in cls.__dict__:
            return  # what several vendors share
        if cls.name in Vendor.registry:
            message = f"two vendors are named {cls.name}"
            raise TypeError(message)
        Vendor.registry[cls.name] = cls

    def __init__(self, world: World) -> None:
        self.world = world

    def secret(self, key: str) -> str:
        return self.world.credentials.named[f"{self.name}_{key}"]

    def public(self) -> Mapping[str, str]:
        """Options of the adapter that everybody may know and only this sandbox can say, as a certificate."""
        return {}

    def served(self) -> Iterable[Operation]:
        """All operations, with the one that gives out tokens where the vendor does so itself."""
        yield from self.operations()
        if self.auth in ISSUED:
            yield Operation("token", "POST", self.token_path, self._grant, is_open=True)

    def token_refused(self, word: str) -> Answer:
        """RFC 6749, section 5.2."""
        return Answer(401 if word == "invalid_client" else 400, {"error": word})

    def token_given(self, token: str, life_s: float) -> Answer:
        if self.auth == "data_rights":
            return Answer(200, {"token": token})
        return Answer(200, {"access_token": token, "token_type": self.scheme, "expires_in": int(life_s)})

    def _grant(self, call: Call) -> Answer:
        if word := grant_refused(self, call):
            return self.token_refused(word)
        tokens = self.world.tokens_of(self.name)
        return self.token_given(tokens.issue(frozenset()), tokens.life_s)

    @abstractmethod
    def operations(self) -> Iterable[Operation]: ...

    @abstractmethod
    def error(self, status: int) -> Answer:
        """The answer to a bad token (401), a missing scope (403), a wrong path (404), a fault's status."""

    def lie(self, call: Call) -> Answer:  # noqa: ARG002 - some vendors answer by call
        """A fault's 200 whose body says that nothing was done."""
        return replace(self.error(500), status=200)

    def throttled(self, limit: Limit | None) -> Answer:  # noqa: ARG002 - some vendors answer by limit
        """The answer to a call that `limit` refuses (None: too many at once)."""
        return self.error(429)

    def identities(self, call: Call) -> Sequence[str]:  # noqa: ARG002 - for vendors that get no person in a call
        """Whom the call is about, as far as the vendor can tell."""
        return ()

    def seed(self, person: Person) -> None:  # noqa: B027 - a vendor may hold no people
        """Take over a person as the vendor's data."""

    def state(self, person: Person) -> dict[str, Any] | None:  # noqa: ARG002 - for vendors without people
        """What the vendor still holds of the person; None for a vendor that holds no people."""
        return None

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:  # noqa: ARG002
        """Something that people do at the vendor without an API, e.g. following a confirmation link."""
        message = f"nothing named {event} happens at {self.name}"
        raise ValueError(message)

    @abstractmethod
    def clear(self) -> None:
        """Forget everybody."""

    def authorize(self, call: Call, operation: Operation) -> Answer | None:
        """The refusal of a call without a good access token; None lets it in."""
        if operation.is_open:
            return None
        issuer = self.name if self.auth in ISSUED else self.issuer
        if issuer is None:
            if not lets_in(self, call):
                return self.error(401)
            return self.error(400) if self._lacks_header(call) else None
        scheme, _, token = call.authorization.partition(" ")
        tokens = self.world.tokens_of(issuer)
        scopes = tokens.scopes_of(token) if scheme == self.scheme else None
        if scopes is None:
            return self.error(401)
        if operation.scope and operation.scope not in scopes:
            return self.error(403)
        return self.error(400) if self._lacks_header(call) else None

    def _lacks_header(self, call: Call) -> bool:
        return any(call.headers.get(name.lower()) != value for name, value in self.required.items())

    def record(
        self,
        call: Call,
        effect: str,
        whom: Iterable[str],
        *,
        given: Sequence[str] | None = None,
        changed: bool,
        **detail: Any,
    ) -> None:
        """Enter an applied change into the ledger.

        `whom`: identities of the people concerned; `given`: what the call named, if that is something else.
        """
        identities = tuple(whom)
        self.world.ledger.append(
            self.name,
            call.verb,
            effect,
            people=tuple(dict.fromkeys(self.world.people.key_of(identity) for identity in identities)),
            given=identities if given is None else given,
            changed=changed,
            request=call.digest,
            detail=detail,
        )


def wanted() -> dict[str, str]:
    """The secrets that the vendors have of their own, by name, and what they look like."""
    kinds = Vendor.registry.values()
    return {f"{kind.name}_{key}": kind.forms.get(key, "{}") for kind in kinds for key in SECRETS[kind.auth]}
