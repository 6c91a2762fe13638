"""What the policy files quote stands in the policies' texts, at the lines they say."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from plan_support import POLICY

from processors.reviewing.citations import misquoted
from schemas.policy import Policy, policies

TEXTS = Path(os.environ.get("CONSENT_RELAY_POLICY_TEXTS", Path(__file__).parents[3] / "shared" / "policies"))
"""The texts are their companies' own and no part of the repository: looked at where somebody has put them."""


def _text(policy: Policy) -> bytes | None:
    contents = (path.read_bytes() for path in sorted(TEXTS.glob("*.txt")))
    return next((text for text in contents if hashlib.sha256(text).hexdigest() == policy.text_sha256), None)


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy.id)
def test_every_quotation_stands_where_the_file_says(policy: Policy) -> None:
    text = _text(policy)
    if text is None:  # then no other version of it lies there either
        assert not any(policy.controller in path.read_text("utf-8") for path in TEXTS.glob("*.txt"))
    else:
        assert list(misquoted(policy, text)) == []


def test_words_between_quotation_marks_must_stand_somewhere_in_the_text() -> None:
    said = "We will delete your PII if requested to do so"
    complaint = f'deletion.note: "{said}" stands nowhere in the text'
    assert complaint in set(misquoted(POLICY, b"Privacy Policy"))
    assert complaint not in set(misquoted(POLICY, said.encode()))
