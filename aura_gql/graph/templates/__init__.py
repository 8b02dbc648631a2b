"""Templates on the wire."""
