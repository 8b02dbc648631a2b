"""Tests of the listing of templates."""
