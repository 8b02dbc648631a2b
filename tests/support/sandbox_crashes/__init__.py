"""A server that is killed at a chosen step of a sandbox's life, and what another one finds."""
