"""How templates come into the catalogue."""
