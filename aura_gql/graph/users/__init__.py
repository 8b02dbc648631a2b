"""Users on the wire."""
