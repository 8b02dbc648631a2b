"""Convert lengths, masses and temperatures."""
