"""Mailchimp Marketing API 3.0: members of audiences, by the MD5 of their address.

Reference: https://mailchimp.com/developer/marketing/api/list-members/
Members by hash, 404 for who isn't on the list: guide "Manage Contacts with the Mailchimp API" (link in `evidence`).
Errors: https://mailchimp.com/developer/marketing/docs/errors/
Calls and bodies: github.com/mailchimp/mailchimp-marketing-python 3305fa4 (API 3.0.80), `lists_api.py`.

A member who was archived still is one, with everything: for an erasure only `delete-permanent` is called. Who was so
deleted can't be brought back by any call, and who unsubscribed or bounced not as `subscribed`: a grant is `pending`,
Mailchimp mails the person a link.
"""
