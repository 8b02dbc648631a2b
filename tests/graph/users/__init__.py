"""Tests of the room on the wire."""
