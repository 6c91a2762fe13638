"""What a connection to Braze is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from processors.vendors.mailing_lists import ListOptions


class BrazeOptions(ListOptions):
    """`cluster`: the REST host without `rest.`. A list is a subscription group for e-mail."""

    cluster: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}-\d{2}\.braze\.(com|eu)$")]
