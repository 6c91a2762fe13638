"""What an adapter is: class data, and pure methods that say which calls to make.

An action is a *script*, a generator: it yields a `Call` (or several, made side by side) and is sent the `Reply`;
it returns a `Result`. It does no input or output, so a test drives it by hand, and the engine drives it over HTTP.
A script that must leave a trace before an act that can't be repeated yields a `Note`: the engine goes on only when
the note is committed, and hands it back as `Instruction.refs` if the act has to be done again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from schemas.errors import MissingIdentity, SetupError, VendorRefused
from schemas.records import Action, Evidence

if TYPE_CHECKING:
    from schemas.events import Identity

OutcomeWord = Literal[
    "accepted", "executed", "verified",
    "no_match", "retained", "client_signal", "config_evidence", "terminated_product", "delegated_to",
    "not_applicable", "manual_task",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request. `path` below the connection's base URL; at most one of `json` and `form`.

    expect: statuses that the script itself reads; the engine turns every other one into a VendorError.
    api: the vendor's name for what is limited together, where limits are per API.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    expect: frozenset[int] = frozenset({200})
    api: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a call. `body` never leaves the engine: evidence holds its hash."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            VendorRefused: it isn't any; no vendor here answers success that way.

        """
        try:
            return json.loads(self.body)
        except ValueError:
            raise VendorRefused("answer_is_no_json", status=self.status, response_sha256=self.sha256) from None

    def evidence(self, **more: Any) -> Evidence:
        return Evidence(status=self.status, response_sha256=self.sha256, **more)


@dataclass(frozen=True, slots=True)
class Note:
    """Commit these vendor record ids before going on. `delivery_id`: whose, in a batch."""

    delivery_id: str
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What the vendor made of one instruction."""

    outcome: OutcomeWord
    reason: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Instruction:
    """One delivery as an adapter sees it. `refs`: what an earlier, perhaps unfinished try noted."""

    delivery_id: str
    action: Action
    cells: frozenset[tuple[str, str]]  # (purpose, channel)
    all_purposes: bool
    identities: tuple[Identity, ...]
    refs: tuple[str, ...] = ()

    @property
    def purposes(self) -> tuple[str, ...]:
        return tuple(sorted({purpose for purpose, _ in self.cells}))

    def need(self, *types: str) -> str:
        """Value of the first raw identity of these types, in the order of `types`.

        Raises:
            MissingIdentity: the event had none of them.

        """
        for wanted in types:
            for identity in self.identities:
                if identity.type == wanted and identity.format == "raw":
                    return identity.value
        raise MissingIdentity(*types)

    def all_of(self, kind: str) -> tuple[str, ...]:
        """Values of all raw identities of one type."""
        return tuple(i.value for i in self.identities if i.type == kind and i.format == "raw")


Step = Call | tuple[Call, ...] | Note
Script = Generator[Step, Any, Result]
BatchScript = Generator[Step, Any, Mapping[str, Result | Exception]]
"""Returns delivery_id → what came of it: a Result, or the VendorError for that one person."""


@dataclass(frozen=True, slots=True)
class Capability:
    """What an adapter does for one action.

    closing: the rung that is final, because the vendor can't be asked further.
    idempotent: doing it twice is as good as once, with the same answer; if not, the script notes before it acts.
    batch: most people in one call. vendor_limit_s: the vendor's own time limit after `accepted`, s.
    """

    kind: Literal["api", "client_signal", "manual_task"] = "api"
    closing: Literal["accepted", "executed", "verified"] = "executed"
    idempotent: bool = True
    batch: int = 1
    vendor_limit_s: int | None = None
    says: str = ""


class Options(BaseModel):
    """Base of an adapter's options in `relay.toml`; empty by default."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


VENDORS: dict[str, type[Vendor]] = {}


class Vendor:
    """One vendor's API. Subclass with class data and the methods `grant`, `withdraw`, `delete` for its `can`.

    channels: those on which a choice makes a difference at this vendor.
    per_purpose: the vendor keeps purposes apart; if not, it has one switch for the person, and the planner grants
    only when no purpose that the connection serves stands withdrawn.
    rate, burst: calls/s and calls that the vendor documents; a connection may lower them.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    docs: ClassVar[str]
    base_url: ClassVar[str]
    channels: ClassVar[tuple[str, ...]]
    per_purpose: ClassVar[bool]
    can: ClassVar[Mapping[Action, Capability]]
    identifies_by: ClassVar[tuple[str, ...]]
    auth: ClassVar[str]
    rate: ClassVar[float]
    burst: ClassVar[int]
    options_type: ClassVar[type[Options]] = Options

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if VENDORS.setdefault(cls.name, cls) is not cls:
            raise SetupError(f"two adapters are called {cls.name}")

    def __init__(self, options: Options) -> None:
        self.options = options

    def script(self, instruction: Instruction) -> Script:
        """The calls for one instruction."""
        method = getattr(self, instruction.action)
        return method(instruction)  # type: ignore[no-any-return]

    def batch_script(self, instructions: Sequence[Instruction]) -> BatchScript:
        """The calls for several people at once; only where `can[action].batch` is above 1."""
        method = getattr(self, f"{instructions[0].action}_batch")
        return method(instructions)  # type: ignore[no-any-return]
