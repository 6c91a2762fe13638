"""What the adapters say of themselves, and what that makes of each policy: for machines, the screen and the docs."""
