"""The books: what each machine was, how long it ran and what that cost."""
