"""What the files of projects once were."""
