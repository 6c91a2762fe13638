"""Requests: from what the audit says of each leg to whether all that a person has asked for is done."""
