"""Who is asking: Better Auth's sessions, read from its own collections."""
