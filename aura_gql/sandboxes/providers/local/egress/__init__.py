"""The way out of a local sandbox: a proxy on its loopback that the host serves and that knows an allow-list."""
