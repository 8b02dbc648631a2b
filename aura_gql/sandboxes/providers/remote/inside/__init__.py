"""The agent: what runs in a vendor's machine and does there what the local provider does on this host."""
