"""Previews on the wire."""
