"""How a command line names a policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from schemas.policy import load_policy, read_policy

if TYPE_CHECKING:
    from schemas.policy import Policy

WHICH = "A policy's id, id@version, or a file of your own (x.toml)."


def named(which: str) -> Policy:
    """The policy that is meant; an id alone means its newest version.

    Raises:
        PolicyError: there is none, or the file breaks a rule.

    """
    if which.endswith(".toml"):
        return read_policy(Path(which))
    policy_id, _, version = which.partition("@")
    return load_policy(policy_id, version or None)
