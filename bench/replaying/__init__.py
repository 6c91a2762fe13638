"""How fast the audit is read: by the replay, by a bare reader, by Kafka's own tool, all over the same records."""
