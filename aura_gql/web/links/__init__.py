"""Bytes that are fetched and brought by signed links, where the blob store has no address of its own."""
