"""One module per vendor. Importing the package fills `base.VENDORS`; adding a vendor is adding its file."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
