"""The steps of `processors.plan`: pure, each testable alone."""
