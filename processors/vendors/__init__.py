"""A folder per vendor, families (`zoho/crm`) in one. Importing the package fills `base.VENDORS`; no list to keep.

In a vendor's folder: `__init__` tells what is peculiar and where it is written, `facts` is what is true of the API,
`adapter` the calls of each action, `options` what a connection is told; the rest is what these share.
"""

from importlib import import_module
from pkgutil import walk_packages

for _module in walk_packages(__path__, f"{__name__}."):
    import_module(_module.name)
