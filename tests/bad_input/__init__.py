"""What clients get wrong, by accident or on purpose, and how each is answered."""
