"""On what ground an event says that something may be done, and whether that is the person's own word."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemas.errors import InvalidRecord

if TYPE_CHECKING:
    from collections.abc import Collection

    from schemas.policy import Policy

CUSTOMERS = frozenset({"customer", "employer", "representative"})
"""Who can speak for the company whose data a processor handles."""
_FOR_THE_PERSON = frozenset({"self", "parent", "representative", "agent"})
_EMPLOYERS = frozenset({"customer", "employer"})
_GIVEN = frozenset({"consent", "separate_consent"})
"""The bases that a person gives; any other is claimed by the company."""
_AUTHORISED = "employer_authorisation"


class Grounds(NamedTuple):
    """own: whether a grant is a consent of the person, or of who speaks for them.

    basis: the policy's word for the one that the event names, or that follows from who speaks; None: it names none.
    is_known: the policy has such a basis.
    """

    own: bool
    basis: str | None
    is_known: bool = True

    @property
    def is_given(self) -> bool:
        return self.basis in _GIVEN

    def bears(self, policy: Policy, purpose: str) -> bool:
        """Whether a grant of this purpose may rest on it. A person's yes may, wherever their no would count."""
        return self.basis is None or self.is_given or self.basis in policy.by_purpose[purpose].bases

    def beside(self, policy: Policy, purposes: Collection[str]) -> tuple[str, ...]:
        """Those that may be consented to, but that the policy rests on other bases alone."""
        if not self.is_given:
            return ()
        others = (p for p in purposes if p in policy.withdrawable and _GIVEN.isdisjoint(policy.by_purpose[p].bases))
        return policy.in_order(tuple(others))


def grounds(policy: Policy, role: str, relation: str, stated: str | None, *, imported: bool) -> Grounds:
    """Read the ground of an event. role: of the company for this kind of data; imported: it came in with others."""
    if role == "processor":  # the data is the customer's, and so is the word
        return Grounds(relation in CUSTOMERS and not imported, None)
    basis = stated.strip().lower().replace("-", "_").replace(" ", "_") if stated else None
    if basis is None and relation in _EMPLOYERS:
        basis = _AUTHORISED
    own = relation in _FOR_THE_PERSON and (basis is None or basis in _GIVEN) and not imported
    known = stated is None or basis in _GIVEN or basis in {row.id for row in policy.bases}
    return Grounds(own, basis, known)


def check(policy: Policy, found: Grounds) -> None:
    """Refuse to begin anything on a ground that the policy doesn't know.

    Raises:
        InvalidRecord: naming the field, and the bases that there are.

    """
    if not found.is_known:
        known = ", ".join(basis.id for basis in policy.bases)
        raise InvalidRecord(f"is no basis of {policy.id} {policy.version}: {known}", field="lawful_basis")
