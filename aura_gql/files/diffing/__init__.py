"""What differs between two versions of a file, line by line."""
