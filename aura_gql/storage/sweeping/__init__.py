"""Removing blobs that nothing names any more, beside those who may be about to name them."""
