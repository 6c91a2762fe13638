"""Zoho SalesIQ, API v2: conversations of a visitor.

List: https://www.zoho.com/salesiq/help/developer-section/get-conversation-list-details-v2.html
Deletion: https://www.zoho.com/salesiq/help/developer-section/delete-chat.html

Conversations that have ended go to the recycle bin, where they stay for 90 days. No call deletes a visitor or empties
the bin: that is a task. Tracking is started by the tag on the site, and told by its banner.
"""
