"""The catalogue that projects start from."""
