"""What changed in the files of projects, by saves and by code, as one numbered list."""
