"""Sandboxes on Daytona's machines, over its own SDK."""
