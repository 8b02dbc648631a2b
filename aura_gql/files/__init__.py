"""The files of a project: versioned, and the truth that a sandbox disk only caches."""
