"""The files in machines: what providers promise of them, and archives."""
