"""Which roles and lanes a worker is to run."""

from __future__ import annotations

import pytest

from schemas.errors import SetupError
from streams.commands.worker import _chosen

KNOWN = ("zoho-crm", "zoho-campaigns")


def test_left_out_it_is_all_of_them() -> None:
    assert _chosen(None, KNOWN, "--lanes") == list(KNOWN)


def test_some_by_comma() -> None:
    assert _chosen(" zoho-crm ,, zoho-campaigns", KNOWN, "--lanes") == list(KNOWN)
    assert _chosen("zoho-crm", KNOWN, "--lanes") == ["zoho-crm"]


@pytest.mark.parametrize(("text", "said"), [("zoho-crm,hubspot", "there is no 'hubspot'"), (" ,", "names nothing")])
def test_a_wrong_name_or_none_says_what_there_is(text: str, said: str) -> None:
    with pytest.raises(SetupError, match=said) as error:
        _chosen(text, KNOWN, "--lanes")
    assert "zoho-crm, zoho-campaigns" in str(error.value)
