"""Signed links, by which bytes come and go beside GraphQL."""
