"""What operators can want of a lane partition: one module per family of commands, all named in `table.py`."""
