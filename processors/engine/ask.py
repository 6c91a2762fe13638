"""What the vendor says about instructions that it has taken: of a job, or whether what was done stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from processors.engine.discreet import discreet
from processors.engine.script import drive
from processors.vendors.base import Instruction, Result, Vendor
from processors.vendors.later import Undone
from schemas.errors import VendorError, VendorRefused

if TYPE_CHECKING:
    from processors.engine.discreet import Keyed
    from processors.engine.script import Perform
    from processors.vendors.later import Asks
    from schemas.events import Identity

Said = Result | Undone | VendorError
_DONE = {"person": {"verified"}, "job": {"accepted", "executed", "no_match", "retained"}}


async def ask(
    vendor: Vendor, asks: Asks, about: Sequence[Instruction], perform: Perform, keyed: Keyed
) -> dict[str, Said]:
    """What became of each, by delivery_id; a VendorError: it couldn't be asked."""
    if asks == "job":
        ended = await drive(partial(vendor.poll, about), perform)
        each = ended if isinstance(ended, Mapping) else dict.fromkeys((one.delivery_id for one in about), ended)
    else:
        (one,) = about
        each = {one.delivery_id: await drive(partial(vendor.read_back, one), perform)}
    return {one.delivery_id: _said(asks, each.get(one.delivery_id), one.identities, keyed) for one in about}


def _said(asks: Asks, value: Any, identities: Sequence[Identity], keyed: Keyed) -> Said:
    """Whatever else a script gave back is no answer."""
    if isinstance(value, Undone):
        error = discreet(value.error, identities, keyed)
        return Undone(error) if isinstance(error, VendorError) else error
    if isinstance(value, VendorError) or (isinstance(value, Result) and value.outcome in _DONE[asks]):
        return discreet(value, identities, keyed)
    return VendorRefused("adapter_error")
