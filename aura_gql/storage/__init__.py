"""Content-addressed blobs behind one port: a local folder, or S3 and R2."""
