"""The proxy of previews: HTTP/1.1 and WebSockets from browsers to what listens in sandboxes."""
