"""From `relay.toml` to connectors: options, secrets, addresses and limits, all checked before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from processors.engine.caller import Caller
from processors.engine.clock import Clock, SystemClock
from processors.engine.discreet import Keyed, own_key
from processors.engine.dry import DryRun, unsent
from processors.engine.kinds import KINDS
from processors.engine.limiter import Limiter
from processors.engine.run import Connector
from processors.vendors.callbacks import CallsBack
from processors.vendors.configured import adapter_of
from schemas.addresses import goes_readable
from schemas.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.engine.auth import Auth
    from processors.engine.transport import Transport
    from processors.vendors.base import Vendor
    from schemas.connections import Connection, RelayConfig
    from schemas.windows import Window

Secret = Callable[[str], str]
"""A secret's value by its name. Raises SetupError where there is none."""
Watched = Callable[["Transport", str, str], "Transport"]
"""(transport, connection's name, `api` or `token`) → a transport that does the same, and takes note of it."""


def unwatched(transport: Transport, _name: str, _call: str) -> Transport:
    return transport


def connectors(
    config: RelayConfig,
    secret: Secret,
    transport: Transport,
    *,
    clock: Clock | None = None,
    scale: float = 1.0,
    watched: Watched = unwatched,
    keyed: Keyed | None = None,
) -> dict[str, Connector]:
    """A connector per connection, by name. `scale`: factor on all limits, for a sandbox that allows more or less.

    Connections that have their credentials in common share their token: issuers limit how many they give. Requests
    for it go under the name of the first of them. keyed: of hashes for the audit; None: by a key that is forgotten.

    Raises:
        SetupError: naming the connection and the key that is wrong.

    """
    clock = clock or SystemClock()
    shared: dict[object, Auth] = {}
    ready = {}
    for name, connection in config.connections.items():
        vendor = vendor_of(connection)
        secrets = _secrets(connection, vendor, secret)
        dry = connection.mode == "dry-run"
        sent, kind = (unsent, DryRun) if dry else (transport, Connector)
        who = (dry, *_issued_by(vendor), *secrets.values())
        if who not in shared:
            shared[who] = _auth(connection, vendor, secrets, watched(sent, name, "token"), clock)
        at_once = min(connection.concurrency, vendor.concurrency or connection.concurrency)
        limiter = Limiter(windows_of(connection, vendor, scale), at_once, clock)
        asked = watched(sent, name, "api")
        caller = Caller(connection, vendor, transport=asked, auth=shared[who], limiter=limiter, clock=clock)
        ready[name] = kind(connection, vendor, caller, limiter, keyed or own_key())
    return ready


def vendor_of(connection: Connection) -> Vendor:
    """The adapter with its options.

    Raises:
        SetupError: no such adapter, options it doesn't take, no address, or one where all can be read on the way.

    """
    vendor = adapter_of(connection)
    kind = type(vendor)
    if vendor.auth not in KINDS:
        raise SetupError(
            f"connections.{connection.name}.options.auth.kind: there is no kind {vendor.auth!r}",
            remedy=f"choose among {', '.join(KINDS)}",
        )
    if connection.read_back not in {None, "off"} and not any(can.read_back_s for can in kind.can.values()):
        raise SetupError(f"connections.{connection.name}.read_back: {kind.title} can't be asked whether it stands")
    token_url = "accounts_url" if "accounts_url" in kind.options_type.model_fields else "token_url"
    for key, url in (("base_url", connection.base_url or vendor.url), (f"options.{token_url}", vendor.token_url)):
        _check_address(connection, key, url)
    return vendor


def _check_address(connection: Connection, key: str, url: str) -> None:
    where, parts = f"connections.{connection.name}.{key}", urlsplit(url)
    if url and not (parts.scheme in {"http", "https"} and parts.hostname):
        raise SetupError(f"{where}: is no http(s) address")
    if "@" in parts.netloc:
        raise SetupError(
            f"{where}: holds a name or password, and addresses are shown", remedy="put them into `secrets`"
        )
    if connection.mode == "live" and goes_readable(url) and not connection.plain_http:
        raise SetupError(
            f"{where}: is http, so that identities and secrets can be read on the way",
            remedy="write https; for a system in a network of your own that has none, `plain_http = true`",
        )


def windows_of(connection: Connection, vendor: Vendor, scale: float = 1.0) -> tuple[Window, ...]:
    """The windows that hold for a connection: its own or the adapter's, times its part of them.

    Raises:
        SetupError: one names an API that the adapter doesn't call, or two are for the same.

    """
    where, scopes = f"connections.{connection.name}.limits", set()
    windows = vendor.limits if connection.limits is None else connection.limits
    for number, window in enumerate(windows):
        unknown = sorted(set(window.apis) - set(vendor.apis))
        if unknown:
            remedy = f"choose among {', '.join(vendor.apis)}" if any(vendor.apis) else "leave it out: it has one API"
            raise SetupError(f"{where}.{number}.apis: there is no API {unknown[0]!r}", remedy=remedy)
        if window.scope() in scopes:
            raise SetupError(f"{where}.{number}: is a second window of {window.seconds:g} s for the same APIs")
        scopes.add(window.scope())
    return tuple(window.scaled(scale * connection.limits_part) for window in windows)


def _secrets(connection: Connection, vendor: Vendor, secret: Secret) -> dict[str, str]:
    kind, values = KINDS[vendor.auth], {}
    _refuse_unknown(connection, vendor)
    given = [key for key in kind.optional if key in connection.secrets]
    for key in (*kind.secrets, *given):
        where = f"connections.{connection.name}.secrets.{key}"
        if key not in connection.secrets:
            raise SetupError(
                f"{where}: is missing", remedy=f'name a secret there, as in {key} = "{vendor.name}_{key}"'
            )
        try:
            values[key] = secret(connection.secrets[key])
        except SetupError as error:
            raise SetupError(f"{where}: {error.message}", remedy=error.remedy) from None
        if not values[key]:
            raise SetupError(f"{where}: the secret {connection.secrets[key]!r} is empty")
    with _of_secrets(connection):
        vendor.check_secrets(values)
    return values


def _refuse_unknown(connection: Connection, vendor: Vendor) -> None:
    """An optional secret with a slip in its name would go unread, and nobody would be told."""
    kind = KINDS[vendor.auth]
    known = [*kind.secrets, *kind.optional, *vendor.more_secrets]
    if isinstance(vendor, CallsBack) and vendor.signed_with:
        known.append(vendor.signed_with)
    for key in connection.secrets:
        if key not in known:
            remedy = f"choose among {', '.join(known)}" if known else "leave it out: there is none"
            raise SetupError(
                f"connections.{connection.name}.secrets.{key}: {vendor.name} takes no such secret", remedy=remedy
            )


def _issued_by(vendor: Vendor) -> tuple[object, ...]:
    """All of the adapter that its credentials are made from."""
    asked = (vendor.auth, vendor.token_url, vendor.token_audience, vendor.scope)
    return *asked, vendor.key_header, vendor.token_param, vendor.token_scheme, *vendor.signs_as.items()


def _auth(
    connection: Connection, vendor: Vendor, secrets: Mapping[str, str], transport: Transport, clock: Clock
) -> Auth:
    with _of_secrets(connection):
        return KINDS[vendor.auth].build(vendor, secrets, transport, clock)


@contextmanager
def _of_secrets(connection: Connection) -> Iterator[None]:
    """An error inside says which connection's secrets it is about."""
    try:
        yield
    except SetupError as error:
        raise SetupError(f"connections.{connection.name}.secrets: {error.message}", remedy=error.remedy) from None
