"""The starters of a repository: the archive of it on disk, read as templates."""
