"""What the policy files quote stands in the policies' texts, at the lines they say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from plan_support import POLICY

from schemas.policy import Policy, policies
from schemas.policy.quoting import is_text_of, misquotes

TEXTS = Path(os.environ.get("CONSENT_RELAY_POLICY_TEXTS", Path(__file__).parents[3] / "shared" / "policies"))
"""The texts are their companies' own and no part of the repository: looked at where somebody has put them."""


def _text(policy: Policy) -> str | None:
    contents = (path.read_bytes() for path in sorted(TEXTS.glob("*.txt")))
    return next((content.decode() for content in contents if is_text_of(policy, content)), None)


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy.id)
def test_every_quotation_stands_where_the_file_says(policy: Policy) -> None:
    text = _text(policy)
    if text is None:  # then no other version of it lies there either
        assert not any(policy.controller in path.read_text("utf-8") for path in TEXTS.glob("*.txt"))
    else:
        assert list(misquotes(policy, text)) == []


def _text_as_cited(policy: Policy) -> list[str]:
    """A text made of what the file says of it."""
    lines = ["x"] * policy.text_lines
    for table in (policy.domains, policy.bases, policy.data, policy.purposes):
        for row in table:
            lines[row.lines[0] - 1] += row.wording
    return lines


def test_a_text_without_a_quotation_is_found_out() -> None:
    lines = _text_as_cited(POLICY)
    (surveys,) = (purpose for purpose in POLICY.purposes if purpose.id == "surveys")
    line = surveys.lines[0]
    before = set(misquotes(POLICY, "\n".join(lines)))
    assert not any(".wording:" in problem for problem in before)
    lines[line - 1] = lines[line - 1].replace(surveys.wording, "To ask you")
    found = set(misquotes(POLICY, "\n".join(lines))) - before
    assert found == {f"purposes.surveys.wording: stands in none of lines {', '.join(map(str, surveys.lines))}"}


def test_a_citation_of_an_empty_line_is_found_out() -> None:
    lines = _text_as_cited(POLICY)
    lines[56 - 1] = " "
    assert "recipients.stripe.lines: line 56 is empty" in set(misquotes(POLICY, "\n".join(lines)))


def test_words_between_quotation_marks_must_stand_somewhere_in_the_text() -> None:
    lines = _text_as_cited(POLICY)
    found = [problem for problem in misquotes(POLICY, "\n".join(lines)) if problem.startswith("deletion.note")]
    assert found == ['deletion.note: "We will delete your PII if requested to do so" stands nowhere in the text']


def test_a_text_of_another_length_is_another_text() -> None:
    assert list(misquotes(POLICY, "one line\n")) == ["text_lines: the text has 1 lines, not 316"]
    assert not is_text_of(POLICY, b"one line\n")
