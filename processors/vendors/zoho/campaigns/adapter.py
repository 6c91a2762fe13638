"""Zoho Campaigns: the calls of each action."""

from __future__ import annotations

from processors.vendors.zoho.campaigns.facts import ZohoCampaignsFacts


class ZohoCampaigns(ZohoCampaignsFacts):
    name = "zoho_campaigns"
