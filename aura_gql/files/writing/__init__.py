"""The one way in which files change: operations, planned and then applied, all or none."""
