"""The channel between this server and the agent in a machine: the same code on both sides, standard library alone."""
