"""Zoho Marketing Automation, API v1: mailing lists of leads and the do-not-mail registry.

Subscribe: https://www.zoho.com/marketingautomation/help/developers/v1/lead-subscribe.html
Unsubscribe: https://www.zoho.com/marketingautomation/help/developers/v1/lead-unsubscribe.html
Do-not-mail: https://www.zoho.com/marketingautomation/help/developers/v1/move-to-do-not-mail.html

The calls are those of Zoho Campaigns under other names, all in zoho_lists.py.
"""
