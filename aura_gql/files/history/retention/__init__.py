"""How long the history of files is kept."""
