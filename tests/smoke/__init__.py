"""The contract of sandboxes against a real vendor: `scripts/smoke`."""
