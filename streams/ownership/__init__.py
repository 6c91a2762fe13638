"""Who may act on a partition, and how it changes hands. Router and lanes stand on this, and on nothing else."""
