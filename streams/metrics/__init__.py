"""What a worker tells Prometheus. Everything that is measured is defined in definitions.py."""
