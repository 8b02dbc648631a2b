"""Clouds on the loopback, driven by the vendors' own SDKs."""
