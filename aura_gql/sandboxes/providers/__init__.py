"""One folder for each maker of sandboxes; only the composition root imports them."""
