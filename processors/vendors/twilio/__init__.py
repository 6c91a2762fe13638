"""Twilio: consent to be sent SMS, and the records of a number's messages and calls.

Consents: https://www.twilio.com/docs/messaging/features/bulk-upsert-consents-api
Messages: https://www.twilio.com/docs/messaging/api/message-resource
Calls, recordings: https://www.twilio.com/docs/voice/api/call-resource, .../api/recording
Checked against twilio/twilio-oai d50069b: twilio_accounts_v1, twilio_api_v2010.
"""
