"""Files of this host, as blobs need them: durable, private, and never waited for by the event loop."""
