"""Syncs of templates in the API."""
