"""What templates hold: their files and the packages that they ask for."""
