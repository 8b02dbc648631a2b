"""Terminals on the wire."""
