"""What the files of projects come to."""
