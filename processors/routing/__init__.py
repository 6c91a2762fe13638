"""From a record in `consent.events` to everything the router writes because of it. No Kafka in here."""
