"""The laws that a policy's people may be under, and where each of them is the law."""

from __future__ import annotations

import re
from typing import Literal

Regime = Literal[
    "gdpr", "pdpo", "uemo", "vn-356", "vn-13",
    "ccpa", "vcdpa", "cpa", "ctdpa", "ucpa", "coppa", "can-spam", "shine-the-light",
    "ca-minors",
]  # fmt: skip
"""uemo: Hong Kong's Unsolicited Electronic Messages Ordinance, Cap. 593; vn-13 until 2025, vn-356
since 2026; ca-minors: Cal. B&P 22581."""

EEA = frozenset(
    "AT BE BG HR CY CZ DE DK EE ES FI FR GR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905
)
"""Country codes of the European Economic Area (the 27 of the EU, Iceland, Liechtenstein, Norway)."""


def place_code(text: str) -> str:
    """As people write it, to the form in which `is_within` compares places."""
    return text.strip().upper()


def is_place(text: str) -> bool:
    """Whether it looks like a place: an ISO 3166 code, a country's or that of a part of it, or `EEA`."""
    code = place_code(text)
    return code == "EEA" or re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", code) is not None


def is_within(place: str, area: str) -> bool:
    """Whether a law of `area` may be the law at `place`: the same, a part of it, or a wider place with it inside.

    place, area: ISO 3166 codes, `US-CA` a part of `US`; `EEA` has its countries inside.
    """
    if area == "EEA" and place.partition("-")[0] in EEA:
        return True
    return area == place or area.startswith(f"{place}-") or place.startswith(f"{area}-")
