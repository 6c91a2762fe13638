"""How the relay grows: latency, memory and takeover by people, two workers, lanes beside sick ones, a long queue."""
