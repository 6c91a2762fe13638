"""What the adapters say of themselves, for machines, for the screen and for docs/vendors.md."""
