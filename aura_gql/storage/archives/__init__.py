"""Archives of files: written the same each time, read without trusting them. Nothing here knows what a project is."""
