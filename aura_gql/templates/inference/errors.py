"""Why a starter can't be described."""


class UnreadableManifest(ValueError):
    """Its package.json is nothing that an installer could read; the message is a sentence that says in which way."""
