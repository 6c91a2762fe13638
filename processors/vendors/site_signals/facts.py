"""A site's own tags: what is true of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Vendor
from processors.vendors.capability import Capability
from processors.vendors.site_signals.options import SiteOptions
from schemas.systems import systems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_SERVED = "no call: the site's script is served what stands, and tells the tags; what was served is in the audit"


class SiteSignalsFacts(Vendor):
    title = "Signals to a site's own tags"
    docs = "https://developers.google.com/tag-platform/security/guides/consent"
    base_url = ""
    channels = ("web", "ads")
    recipients = tuple(
        one for system in systems().systems if system.outcome == "client_signal" for one in system.recipients
    )
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(kind="client_signal", says=_SERVED),
        "withdraw": Capability(kind="client_signal", says=_SERVED),
        "delete": Capability(
            kind="client_signal",
            says="no call: the site is served denied; what a tag's maker keeps, it keeps unasked",
        ),
    }
    identifies_by = ()
    auth = "none"
    more_secrets = ("key",)
    limits = ()
    traps = (
        "it ends as client_signal before any page was loaded: what a page was served stands apart in the audit",
        "a tag that the page loads without the script, or before it, is told nothing",
    )
    evidence = (
        ("D", docs),
        ("D", "https://developers.facebook.com/docs/meta-pixel/implementation/gdpr"),
        ("D", "https://support.google.com/adsense/answer/7670312"),
        ("D", "https://support.google.com/youtube/answer/171780"),
    )
    unverified = ("AdSense's pauseAdRequests, which working code of others uses to hold requests back",)
    options_type = SiteOptions
    example: ClassVar[Mapping[str, Any]] = {"origins": ["https://www.example.com"]}
    options: SiteOptions
