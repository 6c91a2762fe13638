"""Carries adapters' scripts out over HTTP: transport, auth, limits, errors. Knows nothing of Kafka."""
