"""What an adapter keeps of a person while a script runs stands in no repr: it may end in a log or a traceback."""

from __future__ import annotations

import inspect
import pkgutil
from dataclasses import fields, is_dataclass
from importlib import import_module

import processors.vendors

OF_PEOPLE = {
    "addresses", "contacts", "email", "emails", "fields", "identities", "items", "members", "params", "phone",
    "phones", "value",
}  # fmt: skip
PLACES = pkgutil.iter_modules(processors.vendors.__path__, "processors.vendors.")


def test_what_names_a_person_is_left_out() -> None:
    found = [kind for place in PLACES for _, kind in inspect.getmembers(import_module(place.name), inspect.isclass)]
    ours = [kind for kind in found if is_dataclass(kind) and kind.__module__.startswith("processors.vendors")]
    told = {(kind.__name__, one.name) for kind in ours for one in fields(kind) if one.repr}
    assert told
    assert not {place for place in told if place[1] in OF_PEOPLE}
