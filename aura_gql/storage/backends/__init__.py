"""Where blobs can live; only the composition root imports from here."""
