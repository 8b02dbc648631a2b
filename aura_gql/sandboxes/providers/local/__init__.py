"""Sandboxes on this host: bubblewrap, a supervisor as PID 1, seccomp, rlimits, and cgroups where they are writable."""
