"""Prints docs/metrics.md."""

from __future__ import annotations

import sys

from streams.metrics.page import page

sys.stdout.write(page())
