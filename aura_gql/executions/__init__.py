"""Executions: code and commands run in sandboxes, their output kept and streamed."""
