"""What is kept of templates so that they are there at once: for how long, and in which memory."""
