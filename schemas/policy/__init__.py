"""The policy registry: what a privacy policy says, as data that a lawyer can review (`schemas/policies/*.toml`)."""

from schemas.policy.model import Policy
from schemas.policy.reading import read_policies, read_policy
from schemas.policy.registry import in_force, load_policy, policies, policy_in_force, versions_of

__all__ = [
    "Policy", "in_force", "load_policy", "policies", "policy_in_force", "read_policies", "read_policy", "versions_of",
]  # fmt: skip
