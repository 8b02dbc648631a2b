"""Comparing what the documents say with the blobs that are there."""
