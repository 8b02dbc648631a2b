"""Keeping a project and the disk of its sandbox the same, both ways, without overwriting what nobody has seen."""
