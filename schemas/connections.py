"""`relay.toml`: which policy a controller follows, and its accounts at vendors."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from schemas.addresses import goes_readable
from schemas.contract import invalid
from schemas.errors import SetupError
from schemas.periods import Period
from schemas.regimes import is_place
from schemas.times import Duration, seconds_in
from schemas.windows import Window

if TYPE_CHECKING:
    from pathlib import Path

AUDIT_RETENTION = "P6Y"
"""Where a controller says nothing else: so long a claim may be brought in many places."""
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)]


def _encrypted(url: str) -> str:
    if goes_readable(url):
        raise ValueError("is http, so that it can be read and changed on the way: write https")
    return url


def _place(text: str) -> str:
    if not is_place(text):  # with a slip in it, nobody's events were for this connection
        raise ValueError("is no place: write a code as DE, US-CA, or EEA")
    return text


Place = Annotated[str, AfterValidator(_place)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Controller(_Table):
    """A company that decides about the data. `policy`: id of the registry's policy it publishes.

    cancel_window: so long after its receipt a deletion waits and can be cancelled, s; text as in `72h` is taken.
    owner: who does its tasks by hand, in words. notify_mail, notify_webhook: whom `tasks notify` tells of them,
    addresses and an https address (http on this machine alone); notify_secret: the name of the secret that the
    webhook's calls are signed with;
    remind_before: so long before its deadline an open task is told of again, s; text as in `7d` is taken.
    audit_retention: so long after a person's last closed leg their audit is kept, as in `P6Y` (ISO 8601).
    """

    policy: str
    audit_retention: Period = AUDIT_RETENTION
    cancel_window: Duration | None = Field(default=None, gt=0, allow_inf_nan=False)
    owner: str | None = Field(default=None, max_length=200)
    notify_mail: tuple[Annotated[str, Field(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$")], ...] = ()
    notify_webhook: Annotated[str, Field(pattern=r"^https?://[^/\s]+"), AfterValidator(_encrypted)] | None = None
    notify_secret: str | None = None
    remind_before: Duration = Field(default=7 * 86_400.0, ge=0, allow_inf_nan=False)


class Connection(_Table):
    """One account at a vendor. Its lane has its name.

    mode: `dry-run` calls nobody, and keeps every delivery with what it would have called until somebody releases it;
    surge: unusually many deletions are held until somebody releases them.
    plain_http: its address may be http, and elsewhere than on this machine: all that is sent can be read on the way.
    serves: recipients of the policy (`zoho-one/crm`); regions: jurisdictions it is due for, None = all;
    limits: windows instead of the adapter's; limits_part: which part of them is ours, above 0 up to 1, as others use
    the account too; unrecorded_use: what to take as used of a window longer than an hour without a record of its use:
    stand still until somebody says it (`halt`), nothing (`none`), all of it (`all`).
    timeout_s: s, below half a session; secrets: what the adapter needs → secret's name.
    retry_ceiling_s: longest wait between tries that fail, s; retry_for_s: so long after its event came in a delivery
    is tried, s, None = until its legal deadline.
    read_back: so long after it is done the vendor is asked whether it stands (`1h`; s, min, h, d), or `off`; None =
    as the adapter says.
    batch_wait_s: so long people who could share a call wait for one another, s, None = as the adapter says.
    """

    name: Name
    controller: str
    adapter: str
    serves: tuple[str, ...] = Field(min_length=1)
    mode: Literal["live", "dry-run"]
    regions: tuple[Place, ...] | None = None
    base_url: str | None = None
    plain_http: bool = False
    concurrency: int = Field(default=8, ge=1, le=256)
    limits: tuple[Window, ...] | None = None
    limits_part: float = Field(default=1.0, gt=0, le=1)
    unrecorded_use: Literal["halt", "none", "all"] = "halt"
    timeout_s: float = Field(default=4.0, gt=0, lt=5)
    retry_ceiling_s: float = Field(default=14_400.0, gt=0)
    retry_for_s: float | None = Field(default=None, gt=0)
    batch_wait_s: float | None = Field(default=None, ge=0, le=60, allow_inf_nan=False)
    read_back: str | None = Field(default=None, pattern=r"^(off|\d+(\.\d+)?(s|min|h|d))$")
    surge: Literal["off", "on"] = "on"
    options: dict[str, Any] = Field(default_factory=dict)
    secrets: dict[str, str] = Field(default_factory=dict)

    def read_back_s(self, usual: float | None) -> float | None:
        """The delay in s; None: nothing is read back. usual: the adapter's delay, None where it can't be asked."""
        if usual is None or self.read_back == "off":
            return None
        if self.read_back is None:
            return usual
        return seconds_in(self.read_back)


class SourceRow(_Table):
    """A vendor that tells us what people chose there (processors/sources).

    connection: whose account it is; its lane is not told what it told. None: that vendor has no lane here.
    secret: name of the one that its messages are checked with; options: the vendor's own.
    """

    name: Name
    controller: str
    vendor: str
    connection: str | None = None
    secret: str
    options: dict[str, Any] = Field(default_factory=dict)


class RelayConfig(_Table):
    controllers: dict[str, Controller] = Field(default_factory=dict)
    connections: dict[str, Connection] = Field(default_factory=dict)
    sources: dict[str, SourceRow] = Field(default_factory=dict)


def parse_config(data: dict[str, Any], source: str) -> RelayConfig:
    """Check the tables of a `relay.toml`.

    Raises:
        SetupError: naming table, key and source.

    """
    try:
        named = {kind: _named(data.get(kind, {})) for kind in ("connections", "sources")}
        config = RelayConfig.model_validate({**data, **named})
    except ValidationError as error:
        first = invalid(error)
        raise SetupError(f"{source}: {first}", remedy=_remedy(first.field)) from None
    _check(config, source)
    return config


def _check(config: RelayConfig, source: str) -> None:
    """Raises SetupError: a connection or source of a controller, or a source of a connection, that isn't there."""
    rows = [(f"connections.{one.name}", one.controller) for one in config.connections.values()]
    rows += [(f"sources.{one.name}", one.controller) for one in config.sources.values()]
    for where, controller in rows:
        if controller not in config.controllers:
            raise SetupError(
                f"{source}: {where}.controller: no [controllers.{controller}] there",
                remedy=f'add [controllers.{controller}] with policy = "..."',
            )
    for one in config.sources.values():
        known = one.connection is None or one.connection in config.connections
        if not known or (one.connection and config.connections[one.connection].controller != one.controller):
            raise SetupError(
                f"{source}: sources.{one.name}.connection: is no connection of {one.controller}",
                remedy="name the connection to that account, or leave it out where there is none",
            )


def _named(connections: Any) -> Any:
    """Each table with its own name in it; what is no table is left for the check that follows."""
    if not isinstance(connections, dict):
        return connections
    return {
        name: {**table, "name": name} if isinstance(table, dict) else table for name, table in connections.items()
    }


def _remedy(field: str | None) -> str:
    if field and field.endswith(".mode"):
        return 'state mode = "live" or "dry-run"; it is never assumed'
    return "mend that key; docs/configuration.md lists them all"


def load_config(path: Path) -> RelayConfig:
    """Read a `relay.toml`.

    Raises:
        SetupError: missing, unreadable, no TOML, or a wrong key.

    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SetupError(f"no configuration at {path}", remedy="start from examples/relay.toml") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SetupError(f"{path} can't be read as TOML: {error}") from None
    return parse_config(data, str(path))
