"""Which blobs the files of projects name, as they are and as they were."""
