"""Sandboxes on the wire."""
