"""A call's error is swallowed, and its instruction counts as done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.patching import patch

from processors.engine.run import Connector
from processors.vendors.base import Result

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from processors.engine.run import Outcome

    Carry = Callable[..., Awaitable[Mapping[str, Outcome]]]


def _content(carry_out: Carry) -> Carry:
    async def never_fails(*args: Any, **kwargs: Any) -> Mapping[str, Outcome]:
        came = await carry_out(*args, **kwargs)
        return {key: one if isinstance(one, Result) else Result("executed") for key, one in came.items()}

    return never_fails


def plant() -> None:
    patch(Connector, "carry_out", _content)
