"""Twilio Segment, Public API: regulations of a workspace, which suppress, unsuppress and delete its users.

Regulations: https://docs.segmentapis.com/tag/Deletion-and-Suppression
What they do: https://segment.com/docs/privacy/user-deletion-and-suppression/
Checked against segmentio/public-api-sdk-python 35b3d8b (docs/DeletionAndSuppressionApi.md, models) and
segmentio/segment-docs 747b35d (src/privacy/user-deletion-and-suppression.md).

A regulation names users by `userId`, for all sources of the workspace, and is carried out later: its status is asked
for. Nothing says whether Segment knows a user: who is unknown is suppressed like everybody else.
"""
