"""Sandboxes: isolated machines that hold a project, on this host or with a vendor."""
