"""Terminals: shells that people sit at, in sandboxes."""
