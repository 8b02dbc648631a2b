"""What is stored, on the wire."""
