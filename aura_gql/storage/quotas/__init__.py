"""What each user's files and archives come to, counted exactly, and how much that may be."""
