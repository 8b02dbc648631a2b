"""Which revisions of templates projects are still to be made from."""
