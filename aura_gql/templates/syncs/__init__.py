"""Runs that make the catalogue what a repository has."""
