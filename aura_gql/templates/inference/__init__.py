"""What a starter is, told by its own files: rules, and nothing that knows a starter by its name."""
