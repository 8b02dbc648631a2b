"""How often templates became projects."""
