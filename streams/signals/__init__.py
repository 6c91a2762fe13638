"""What stands for a visitor, served to a site's own script over HTTP (docs/signals.md)."""
