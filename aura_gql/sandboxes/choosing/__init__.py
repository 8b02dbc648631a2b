"""Where a new sandbox gets its machine: the providers that may be taken, in which order, and whether there is room."""
