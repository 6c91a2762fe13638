"""The decisions of a lane: order, tries, parking, overtaking, when nobody is called. No Kafka, HTTP or waiting."""
