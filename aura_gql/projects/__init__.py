"""Projects: created from a template, initialised in the background, owned by a user."""
