"""Aura GraphQL: the sandbox back end of the Aura browser IDE."""

__version__ = "0.1.0"
