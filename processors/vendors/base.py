"""What an adapter is: class data, and pure methods that say which calls to make, as scripts.py tells.

`probe` gives the Call by which `connections test` tries credentials: it reads, costs little, and names no person.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from processors.limits.headers import COMMON, LimitHeader
from processors.vendors.calls import Answer, Call, Reply, all_good, gravest
from processors.vendors.scripts import (
    BatchScript,
    Instruction,
    Note,
    OutcomeWord,
    PollScript,
    ReadBackScript,
    Result,
    Script,
    Step,
)
from schemas.errors import SetupError, VendorError

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping, Sequence

    from processors.vendors.capability import Capability
    from processors.vendors.evidence import Source
    from processors.vendors.later import Schedule
    from schemas.records import Action
    from schemas.windows import Window

__all__ = [
    "VENDORS", "Answer", "BatchScript", "Call", "Instruction", "Note", "Options", "OutcomeWord",
    "PollScript", "Polled", "ReadBackScript", "Reply", "Result", "Script", "Step", "Vendor", "all_good", "gravest",
]  # fmt: skip


class Options(BaseModel):
    """Base of an adapter's options in `relay.toml`; empty by default."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @property
    def switches(self) -> Mapping[str, Collection[Hashable]]:
        """Purpose → what stands for it at the vendor, where that is an option: two may have the same."""
        return {}


class Polled(Options):
    """Of a vendor with jobs. poll_s: when to ask about one first, s; left out: as the adapter says."""

    poll_s: float | None = Field(default=None, ge=0.1)


VENDORS: dict[str, type[Vendor]] = {}


class Vendor:
    """One vendor's API. Subclass with class data and the methods `grant`, `withdraw`, `delete` for its `can`.

    base_url: `{option}` in it stands for one of the adapter's options. hosts: of those APIs (`Call.api`) that are
    elsewhere; a connection's own `base_url` stands for all of them.
    channels: those on which a choice makes a difference at this vendor.
    recipients: those of the policies that it is for, besides the one of its own name (`google-analytics`).
    per_purpose: the vendor keeps purposes apart, but for those that `Options.switches` gives the same; if not, it has
    one switch for the person. The planner grants only when no purpose behind a switch stands withdrawn.
    auth: a kind that engine/kinds.py knows; scope: the OAuth scope to ask for, where the kind asks for one.
    more_secrets: keys that its connections' `secrets` have besides those of `auth`.
    key_header: of `api_key`, the header and what it says, `{}` standing for the key; token_param: of `query_token`
    and `app_token`, the parameter's name; token_scheme: the word before a token; client_in: whether the client's
    secret stands in the form by which a token is had, or in a Basic header; headers: sent with each call, and with
    that one, as a version.
    example: options as they could be, to show the calls without a configuration.
    documented: statuses above 299 that a script takes for an answer → what the vendor says they mean.
    limits: as the vendor documents them; concurrency: most calls at the same time, where it documents that.
    limit_headers: where its answers say how many calls are left.
    by_options: channels, per_purpose and what finds a person are as the options say, in the instance.
    traps: what surprises at this vendor, or can't be undone, a sentence each.
    evidence: where the facts are from, the strongest first; unverified: those that the code relies on although no
    document of the vendor's confirms them. checked: which document, at which version, calls and sandbox were compared
    with, and how; empty: with none. docs/vendors.md and `vendors list` print all four.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    docs: ClassVar[str]
    base_url: ClassVar[str]
    hosts: ClassVar[Mapping[str, str]] = {}
    channels: ClassVar[tuple[str, ...]]
    recipients: ClassVar[tuple[str, ...]] = ()
    per_purpose: ClassVar[bool]
    can: ClassVar[Mapping[Action, Capability]]
    identifies_by: ClassVar[tuple[str, ...]]
    auth: ClassVar[str]
    scope: ClassVar[str] = ""
    more_secrets: ClassVar[tuple[str, ...]] = ()
    key_header: ClassVar[tuple[str, str]] = ("authorization", "{}")
    token_param: ClassVar[str] = "token"
    token_scheme: ClassVar[str] = "Bearer"
    client_in: ClassVar[Literal["form", "basic"]] = "form"
    headers: ClassVar[Mapping[str, str]] = {}
    documented: ClassVar[Mapping[int, str]] = {}
    limits: ClassVar[tuple[Window, ...]]
    concurrency: ClassVar[int | None] = None
    limit_headers: ClassVar[tuple[LimitHeader, ...]] = COMMON
    options_type: ClassVar[type[Options]] = Options
    example: ClassVar[Mapping[str, Any]] = {}
    by_options: ClassVar[bool] = False
    traps: ClassVar[tuple[str, ...]] = ()
    evidence: ClassVar[tuple[Source, ...]] = ()
    unverified: ClassVar[tuple[str, ...]] = ()
    checked: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # A base that several adapters share has no name of its own.
        if "name" in vars(cls) and VENDORS.setdefault(cls.name, cls) is not cls:
            raise SetupError(f"two adapters are called {cls.name}")

    def __init__(self, options: Options) -> None:
        self.options = options

    def check_secrets(self, secrets: Mapping[str, str]) -> None:
        """Whether they can belong to the options; never holds a part of a secret in the error.

        Raises:
            SetupError: they can't.

        """

    @classmethod
    def is_for(cls, recipient: str) -> bool:
        """Whether a policy's recipient can be reached with it."""
        return recipient == cls.name.replace("_", "-") or recipient in cls.recipients

    @property
    def url(self) -> str:
        return self.base_url.format_map(self.options.model_dump())

    def url_of(self, call: Call) -> str:
        """Where a call goes, unless the connection says otherwise."""
        return self.hosts.get(call.api, self.url)

    @property
    def token_url(self) -> str:
        """Where access tokens are had, for kinds of `auth` whose secrets don't say it."""
        return ""

    @property
    def token_audience(self) -> str:
        """For whom an assertion is signed (`jwt_bearer`)."""
        parts = urlsplit(self.token_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def acts_for(self) -> str:
        """User for whom a service account acts (`google_service_account`); empty: for itself."""
        return ""

    @property
    def signs_as(self) -> Mapping[str, str]:
        """What each signed message says of who speaks to whom (`data_rights`)."""
        return {}

    @property
    def apis(self) -> tuple[str, ...]:
        return ("",)  # every `Call.api` that its calls may have

    def fault(self, reply: Reply) -> VendorError | None:
        """What an answer means that its status alone does not say: a limit told as 403, an error told as 200."""
        del reply
        return None

    def probe(self) -> Call | None:
        """The cheapest call that reads and names nobody, for `connections test`; None: the vendor has none."""
        return None

    def rehearse(self, call: Call) -> Reply:
        """A plausible good answer, so that the calls after a look-up can be shown without the vendor."""
        del call
        return Reply(200, {}, b"{}")

    def weight(self, instruction: Instruction) -> int:
        """Bytes that the person adds to a batch's request, rather too many than too few; for `batch_bytes`."""
        values = (identity.value for identity in instruction.identities if identity.type in self.identifies_by)
        return sum(len(f"{json.dumps(value)}, ") for value in values)  # as it stands in a JSON list

    def script(self, instruction: Instruction) -> Script:
        """The calls for one instruction."""
        method = getattr(self, instruction.action)
        return method(instruction)  # type: ignore[no-any-return]

    def batch_script(self, instructions: Sequence[Instruction]) -> BatchScript:
        """The calls for several people at once; only where `can[action].batch` is above 1.

        An error that it ends with is said of all of them together (`batches.together`).
        """
        method = getattr(self, f"{instructions[0].action}_batch")
        return method(instructions)  # type: ignore[no-any-return]

    def polls(self, action: Action) -> Schedule | None:
        """When to ask about an action's jobs."""
        usual = self.can[action].polls if action in self.can else None
        first_s = self.options.poll_s if isinstance(self.options, Polled) else None
        return usual if usual is None or first_s is None else replace(usual, first_s=first_s)

    def poll(self, instructions: Sequence[Instruction]) -> PollScript:
        """How one job stands for each of its people; only where `can[action].polls`. refs: as `Later` had them."""
        raise NotImplementedError

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        """Whether what was done stands; only where `can[action].read_back_s`."""
        raise NotImplementedError
