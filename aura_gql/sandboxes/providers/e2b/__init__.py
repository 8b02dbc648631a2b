"""Sandboxes on machines of E2B."""
