"""Vendors' codes as words of ours."""

from __future__ import annotations

import re


def word(code: object) -> str:
    """A vendor's code as a reason for the audit; what is no plain code may hold anything, and is not repeated."""
    text = str(code)
    return text.lower() if re.fullmatch(r"[A-Za-z0-9_]{1,48}", text) else "unknown_code"
