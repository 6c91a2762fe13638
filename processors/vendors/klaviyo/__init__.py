"""Klaviyo, JSON:API revision 2026-07-15: profiles, their consents by channel, and lists.

Specification: github.com/klaviyo/openapi f0a30ba, `openapi/stable/apis/`: bulk_subscribe_profiles,
bulk_unsubscribe_profiles, request_profile_deletion, get_profiles, get_list_ids_for_profile, get_list.
Limits, errors: https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling

Whatever changes a person is taken in as a job (202) that can't be asked about; only what became of the profile can.
Unsubscribing names a list and unsubscribes everywhere whoever isn't on it, and makes a profile of a stranger: so the
profile and its lists are looked up first.
"""
