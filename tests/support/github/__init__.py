"""GitHub on loopback: its three endpoints, its faults, and archives in its layout."""
