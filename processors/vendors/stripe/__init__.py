"""Stripe: customers by e-mail address, redacted by a job, or deleted and their documents kept.

Redaction jobs (public preview): https://docs.stripe.com/privacy/redaction,
https://docs.stripe.com/api/privacy/redaction-job (created, validated by itself, run on order, polled)
Customers, subscriptions, invoices, charges: https://docs.stripe.com/api/customers and beside it
Shapes of the answers: stripe/openapi at f6c2a48, openapi/fixtures3.private_preview.json; parameters of a job:
stripe of PyPI, 16.1.0b1, stripe/params/privacy/_redaction_job_create_params.py

Deleting a customer cancels what they pay for at once: nobody with a live subscription or an open invoice is touched.
"""
