"""The decisions of a lane: order, retries, when a lane stands still, what an answer settles. No Kafka, no HTTP."""
