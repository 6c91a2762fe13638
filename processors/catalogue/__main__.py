"""Prints docs/vendors.md, or with `coverage` docs/coverage.md."""

from __future__ import annotations

import sys

from processors.catalogue import coverage, page

PAGES = {"vendors": page.page, "coverage": coverage.page}
sys.stdout.write(PAGES[(sys.argv[1:] or ["vendors"])[0]]())
