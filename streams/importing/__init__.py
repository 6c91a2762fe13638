"""Standing opt-outs from a CSV file: rows into events, and what became of each row."""
