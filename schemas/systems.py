"""Systems without an API for one person (`schemas/systems.toml`): how each ends, what is done by hand, its proof."""

from __future__ import annotations

import tomllib
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from schemas.contract import invalid
from schemas.errors import PolicyError
from schemas.policy.rows import RecipientId, Table, Text

FILE = Path(__file__).parent / "systems.toml"
Outcome = Literal[
    "client_signal", "manual_task", "terminated_product", "delegated_to", "config_evidence", "not_applicable"
]


class System(Table):
    """One system. to: of `delegated_to`, whose it is then. The comments in the file say what the others mean."""

    id: RecipientId
    title: Text
    recipients: tuple[RecipientId, ...] = ()
    outcome: Outcome
    to: Text | None = None
    instructions: Text
    proof: Text
    mark: Literal["S", "D", "C", "T", "U"]
    source: Text

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.to is not None) != (self.outcome == "delegated_to"):
            raise ValueError("`to` belongs to `delegated_to`, and is needed there")
        return self


class Systems(Table):
    """signals: recipient → the switches of a site's tags that it depends on; none: it only loads others' tags."""

    signals: dict[RecipientId, tuple[Annotated[str, Field(pattern=r"^[a-z][a-z_-]*$")], ...]]
    systems: tuple[System, ...]

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        served = [recipient for system in self.systems for recipient in system.recipients]
        for names in ([system.id for system in self.systems], served):
            if twice := {name for name in names if names.count(name) > 1}:
                raise ValueError(f"{min(twice)} stands there twice")
        for system in self.systems:
            missing = set(system.recipients) - self.signals.keys()
            if missing and system.outcome == "client_signal":
                raise ValueError(f"systems.{system.id}: {min(missing)} has no row in [signals]")
        return self

    @cached_property
    def by_recipient(self) -> dict[str, System]:
        return {recipient: system for system in self.systems for recipient in system.recipients}


@cache
def systems() -> Systems:
    """All of them.

    Raises:
        PolicyError: the file breaks a rule; names row and field.

    """
    try:
        return Systems.model_validate(tomllib.loads(FILE.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{FILE.name} can't be read as TOML: {error}") from None
    except ValidationError as error:
        raise PolicyError(f"{FILE.name}: {invalid(error)}") from None
