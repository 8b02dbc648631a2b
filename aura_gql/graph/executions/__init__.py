"""Executions on the wire."""
