"""The adapter of E2B, by the vendor's own SDK against its loopback twin."""
