"""One module per command or group of commands; each has a typer `app`, and plain functions behind it."""
