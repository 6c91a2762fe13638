"""What a connection to Meta ads is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from processors.vendors.audiences import AudienceOptions


class MetaOptions(AudienceOptions):
    """`account_id`: number of the ad account, without `act_`; `lists`: purpose → id of its custom audience.

    limited_data_use: whom a grant puts into an audience is marked for Limited Data Use (privacy laws of US states),
    for [country, state] by Meta's numbers, [1, 1000] for California; [0, 0]: wherever Meta finds them to be.
    """

    account_id: Annotated[str, Field(pattern=r"^\d{1,32}$")]
    limited_data_use: tuple[Annotated[int, Field(ge=0, le=1)], Annotated[int, Field(ge=0, le=9999)]] | None = None
