"""The controllers of a demo, each following the policy of its name, and their accounts at the sandbox's vendors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.sandbox.server import DOUBLE_OPT_IN
from schemas.errors import SetupError
from schemas.policy import Policy, load_policy
from streams.demo.model.vendor import Terms

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTROLLER = "oomnis"
"""The one that a demo is about unless another is asked for."""
ALL = "all"
ACCOUNTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "oomnis": {
        "zoho_crm": ("zoho-one/crm",),
        "zoho_campaigns": ("zoho-one/marketing",),
        "zoho_books": ("zoho-one/erp",),
        "google_analytics": ("google-analytics",),
        "microsoft_365": ("microsoft/microsoft-365",),
    },
    "osome": {
        "google_analytics": ("google-analytics",),
        "hubspot": ("hubspot",),
        "intercom": ("intercom",),
        "meta_ads": ("facebook-ads",),
        "google_ads": ("google-ads",),
        "site_signals": ("google-analytics", "facebook-ads", "google-ads"),
    },
    "osows": {
        "google_analytics": ("google-analytics",),
        "stripe": ("stripe",),
        "shopify": ("shopify",),
        "netlify": ("netlify",),
        "wix": ("wix",),
        "wordpress_com": ("wordpress-com",),
        "meta_ads": ("facebook-ads", "facebook-remarketing"),
        "linkedin_ads": ("linkedin-ads",),
        "reddit_ads": ("reddit-plugins",),
        "site_signals": (
            "google-tag-manager",
            "google-analytics",
            "google-adsense",
            "google-analytics-remarketing",
            "facebook-ads",
            "facebook-remarketing",
            "youtube-embed",
            "youtube-plugins",
            "reddit-plugins",
        ),
    },
    "omigroup": {
        "zoho_crm": ("storage",),
        "zoho_campaigns": ("marketing",),
        "google_analytics": ("data-analytics",),
    },
}
"""Controller → adapter → the recipients that are reached there; the policies' other recipients stay unbound."""
LISTS: Mapping[str, Mapping[str, bool]] = {
    "oomnis": DOUBLE_OPT_IN,
    "osome": {"direct-marketing": False, "advertising": False},
    "osows": {"targeted-advertising": False, "campaign-effectiveness": False},
    "omigroup": {"product-information": True, "events-surveys": False, "marketing-cookies": False},
}
"""Controller → purposes with a mailing list or an audience → whether the person must confirm."""
TOPICS: Mapping[str, Mapping[str, str]] = {
    "osome": {"enquiries": "opt_out", "service-updates": "opt_out", "direct-marketing": "opt_in"},
}
"""Controller → purposes with a subscription of their own → what Intercom takes it for."""
TRACKING = ("visitor-tracking",)
"""What HubSpot's code on the sites does."""


def lists_of(controller: str) -> tuple[str, ...]:
    """The purposes for which it has a mailing list or an audience."""
    return tuple(LISTS.get(controller, ()))


def all_lists() -> dict[str, bool]:
    """Every mailing list and audience of the sandbox: no two controllers have a purpose of the same name on one."""
    return {purpose: ask for lists in LISTS.values() for purpose, ask in lists.items()}


def topics_of(controller: str) -> Mapping[str, str]:
    """The purposes for which it has a subscription, with their kinds."""
    return TOPICS.get(controller, {})


def all_topics() -> dict[str, str]:
    """Every subscription of the sandbox: no two controllers have one for a purpose of the same name."""
    return {purpose: kind for topics in TOPICS.values() for purpose, kind in topics.items()}


def terms() -> Terms:
    """How all accounts are set up."""
    return Terms(all_lists(), all_topics(), TRACKING)


def lane_of(controller: str, adapter: str) -> str:
    """The name of its connection at a vendor."""
    name = adapter.replace("_", "-")
    return name if controller == CONTROLLER else f"{controller}-{name}"


def controllers_of(policy_id: str) -> tuple[str, ...]:
    """The controllers of a demo of this policy, or of `all`.

    Raises:
        SetupError: there is no such policy, or the demo has no accounts for it.

    """
    if policy_id == ALL:
        return tuple(ACCOUNTS)
    policy_of(policy_id)
    if policy_id not in ACCOUNTS:
        raise SetupError(f"the demo has no accounts for {policy_id}", remedy=f"choose {', '.join((*ACCOUNTS, ALL))}")
    return (policy_id,)


def policy_of(controller: str) -> Policy:
    """The policy that it follows.

    Raises:
        PolicyError: there is none.

    """
    return load_policy(controller)
