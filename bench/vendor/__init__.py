"""A vendor that answers at once, hangs, or is always busy: what a lane is measured against. Counts its calls."""
