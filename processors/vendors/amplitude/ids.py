"""Amplitude: a person's Amplitude ids, which are numbers. What is none would refuse the call for all in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processors.vendors.base import Instruction


def numbers_of(instruction: Instruction) -> list[str]:
    return [one.value for one in instruction.known("amplitude_id") if _is_number(one.value)]


def has_odd_number(instruction: Instruction) -> bool:
    return any(not _is_number(one.value) for one in instruction.known("amplitude_id"))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
