"""Vendors that tell us what people chose at them, by webhooks: who may speak, and what a message means.

A module per vendor. Importing the package fills `base.SOURCES`; no list to keep.
"""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)
