"""Braze, REST API: e-mail status, subscription groups, deletion.

Status: https://www.braze.com/docs/api/endpoints/email/post_email_subscription_status/
Groups: https://www.braze.com/docs/api/endpoints/subscription_groups/post_update_user_subscription_group_status_v2/
Deletion: https://www.braze.com/docs/api/endpoints/user_data/post_user_delete/
Limits: https://www.braze.com/docs/api/api_limits/

Calls and answers: braze_calls.py. A success means that Braze has taken the request in, so each action ends as
`accepted` and is read back. Deletion by address takes one profile of several that share it (`prioritization`), so all
are looked up and deleted by Braze's own ids.
"""
