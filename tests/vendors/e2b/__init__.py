"""The loopback E2B, by the SDK alone."""
