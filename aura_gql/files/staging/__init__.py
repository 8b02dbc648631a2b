"""Large files and archives on their way in: a ticket, a signed request that brings the bytes, and their use."""
