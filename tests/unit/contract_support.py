"""Any record of any contract, for tests that must hold for all of them."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import settings
from hypothesis import strategies as st

from schemas.contract import Record, Sealed
from schemas.events import CHANNELS, ConsentEvent, EvidenceLink, ExpressedBy, Identity, VerifiedBy
from schemas.kept import defaults_of, fields_of
from schemas.once import once

C = TypeVar("C", bound=Record)
a_few = settings(max_examples=25)
"""For properties: few examples, and no time limit for one, as the machine may be busy."""
MOMENTS = st.integers(-(2**63), 2**63 - 1)
INTS = st.integers(-(2**31), 2**31 - 1)
LABELS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="@%+"), min_size=1, max_size=8)
_PRINTED = st.text(
    st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters="@%+"), min_size=1, max_size=8
)
"""What an event may have where the audit repeats it."""
NOTHING = object()
_UUIDS = st.uuids().map(str)


def hints(contract: type[Record]) -> dict[str, Any]:
    """Field → its type, with everything that was annotated."""
    found = get_type_hints(contract, include_extras=True)
    return {name: found[name] for name in fields_of(contract)}


def default_of(contract: type[Record], field: str) -> Any:
    """What stands there if nothing is said; NOTHING: it has to be said."""
    return defaults_of(contract).get(field, NOTHING)


def optional(hint: Any) -> tuple[Any, bool]:
    """The type without None, and whether None was allowed."""
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    (inner,) = (arg for arg in get_args(hint) if arg is not NoneType)
    return inner, True


def bare(hint: Any) -> Any:
    """The type without its annotations."""
    return bare(hint.__origin__) if hasattr(hint, "__metadata__") else hint


def _values(hint: Any) -> st.SearchStrategy[Any]:
    inner, nullable = optional(bare(hint))
    if nullable:
        return st.none() | _values(inner)
    inner = bare(inner)
    if get_origin(inner) is Literal:
        return st.sampled_from(get_args(inner))
    if get_origin(inner) is tuple:
        return st.lists(_values(get_args(inner)[0]), max_size=2).map(tuple)
    if get_origin(inner) is dict:
        return st.dictionaries(LABELS, LABELS, max_size=2)
    if isinstance(inner, type) and issubclass(inner, Record):
        return records(inner)
    simple = {str: LABELS, int: MOMENTS if hint is not inner else INTS, bool: st.booleans(), bytes: st.binary()}
    return simple[inner]


@once
def records(contract: type[C]) -> st.SearchStrategy[C]:
    """Records of a contract, deletions apart."""
    if issubclass(contract, ConsentEvent):
        return _events()  # type: ignore[return-value]
    return st.builds(contract, **{name: _values(hint) for name, hint in hints(contract).items()})


def _events() -> st.SearchStrategy[ConsentEvent]:
    types = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)
    identity = st.builds(Identity, type=types, format=st.sampled_from(["raw", "sha256"]), value=LABELS)
    named, printed = st.none() | LABELS, st.none() | _PRINTED
    return st.builds(
        ConsentEvent,
        event_id=_UUIDS,
        kind=st.sampled_from(["consent.granted", "consent.withdrawn", "objection.raised", "hold.lifted"]),
        controller=LABELS,
        subject_id=LABELS,
        identities=st.lists(identity, min_size=1, max_size=3).map(tuple),
        sealed=st.none(),
        purposes=st.none() | st.lists(LABELS, min_size=1, max_size=3).map(tuple),
        channels=st.lists(st.sampled_from(CHANNELS), max_size=3).map(tuple),
        data_domain=st.sampled_from(["pii", "service_data"]),
        policy_id=named,
        policy_version=named,
        jurisdiction=printed,
        lawful_basis=printed,
        expressed_by=st.builds(ExpressedBy, relation=st.sampled_from(["self", "parent", "browser_signal"])),
        verified_by=st.none() | st.builds(VerifiedBy, method=_PRINTED, at=MOMENTS),
        method=st.sampled_from(["web_form", "import_list", "other"]),
        evidence=st.none() | st.builds(EvidenceLink, uri=printed, sha256=printed),
        occurred_at=MOMENTS,
        received_at=st.none() | MOMENTS,
        published_by=_PRINTED,
        supersedes=st.none() | _UUIDS,
    ) | st.builds(
        ConsentEvent,
        event_id=_UUIDS,
        kind=st.just("deletion.requested"),
        controller=LABELS,
        subject_id=LABELS,
        sealed=st.builds(Sealed, key_id=LABELS, bytes=st.binary()),
        method=st.just("support"),
        occurred_at=MOMENTS,
        published_by=_PRINTED,
    )
