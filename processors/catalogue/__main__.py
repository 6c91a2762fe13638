"""Prints docs/vendors.md."""

from __future__ import annotations

import sys

from processors.catalogue.page import page

sys.stdout.write(page())
