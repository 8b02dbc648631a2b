"""E2B on loopback: its API, and in each sandbox the daemon that runs commands, behind its proxy."""
