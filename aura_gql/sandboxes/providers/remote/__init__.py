"""Sandboxes on a vendor's machines: what E2B and Daytona have in common, over the little that each adapter does."""
