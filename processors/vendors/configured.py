"""From a connection to its adapter: the class that it names, with the options that it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from processors.vendors.base import VENDORS
from schemas.contract import invalid
from schemas.errors import SetupError

if TYPE_CHECKING:
    from processors.vendors.base import Vendor
    from schemas.connections import Connection


def kind_of(connection: Connection) -> type[Vendor]:
    """Raises SetupError: no adapter has that id."""
    kind = VENDORS.get(connection.adapter)
    if kind is None:
        raise SetupError(
            f"connections.{connection.name}.adapter: there is no adapter {connection.adapter!r}",
            remedy="choose one that `consent-relay vendors list` shows",
        )
    return kind


def adapter_of(connection: Connection) -> Vendor:
    """Raises SetupError: no such adapter, or options that it doesn't take."""
    kind = kind_of(connection)
    try:
        return kind(kind.options_type.model_validate(connection.options))
    except ValidationError as error:
        first = invalid(error)
        raise SetupError(
            f"connections.{connection.name}.options.{first.field}: {first.message}",
            remedy=f"`consent-relay vendors show {kind.name}` lists its options",
        ) from None
