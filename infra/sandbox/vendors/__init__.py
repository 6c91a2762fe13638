"""One file per vendor; whatever stands here is served."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Import every vendor's module once, which registers it."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
