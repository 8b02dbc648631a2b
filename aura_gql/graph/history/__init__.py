"""The past of files on the wire."""
