"""Side-by-side benchmarks. Not part of the product: nothing of it is installed."""
