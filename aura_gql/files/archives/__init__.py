"""Projects as archives: made, brought, kept and restored."""
