"""The clouds on the loopback are proved before anything is proved with them."""
