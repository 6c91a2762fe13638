"""Zoho Campaigns, API v1.1: mailing lists and the do-not-mail registry.

Subscribe: https://www.zoho.com/campaigns/help/developers/contact-subscribe.html
Unsubscribe: https://www.zoho.com/campaigns/help/developers/contact-unsubscribe.html
Do-not-mail: https://www.zoho.com/campaigns/help/developers/do-not-mail.html
Codes: https://www.zoho.com/campaigns/help/developers/error-codes.html

Every answer is HTTP 200 and tells its outcome in `code`. No call reads or deletes one contact.
"""
