"""How the relay grows: idle latency, memory and takeover by number of people, two workers beside one."""
