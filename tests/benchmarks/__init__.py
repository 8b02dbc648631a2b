"""Benchmarks: what this server costs beside the plainest program that does the same, in one run on one machine."""
