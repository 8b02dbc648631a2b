"""A server that is killed at any moment while it writes, and what it had promised until then."""
