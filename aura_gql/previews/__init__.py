"""Previews: addresses at which a browser reaches what listens in a sandbox."""
