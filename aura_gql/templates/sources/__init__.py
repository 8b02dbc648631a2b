"""Where templates come from; only the composition root imports from here."""
