"""Applying a configuration to the files of a template."""
