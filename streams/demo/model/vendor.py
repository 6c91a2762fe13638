"""What a vendor is to the model.

`do` carries an instruction out and returns the outcome that the audit must show. `steps` are the changes that the
vendor must have made, in their order: each a set of (effect, purpose) as its ledger words them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from schemas.records import Action
    from streams.demo.model.life import Cell

Step = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Terms:
    """How the controllers' accounts are set up. double_opt_in: mailing lists that ask the person to confirm.

    topics: purposes with a subscription, and what to be attached to it means. tracking: what code on the site does.
    """

    double_opt_in: Mapping[str, bool] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    tracking: Collection[str] = ()


def purposes_of(cells: Collection[Cell]) -> list[str]:
    return sorted({purpose for purpose, _ in cells})


class Vendor(ABC):
    """channels: those that matter there; one_switch: it has a single one, whatever the purpose."""

    channels: ClassVar[frozenset[str]]
    one_switch: ClassVar[bool] = False

    def __init__(self) -> None:
        self.steps: list[Step] = []

    @abstractmethod
    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str: ...

    @abstractmethod
    def holds(self) -> dict[str, Any]:
        """What it must hold of the person."""

    @staticmethod
    @abstractmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        """The same, out of what the sandbox says."""

    def _step(self, *changes: tuple[str, str]) -> None:
        if changes:
            self.steps.append(frozenset(changes))
