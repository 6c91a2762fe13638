"""The decisions of a lane: order, tries, parking, overtaking, when nobody is called. No Kafka, no HTTP, no waiting."""
