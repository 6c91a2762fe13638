"""Zoho Marketing Automation: the calls of each action."""

from __future__ import annotations

from processors.vendors.zoho.marketing_automation.facts import ZohoMarketingAutomationFacts


class ZohoMarketingAutomation(ZohoMarketingAutomationFacts):
    name = "zoho_marketing_automation"
