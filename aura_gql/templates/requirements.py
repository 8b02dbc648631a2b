"""What a template's start command needs of the machine."""

import re

_INSTALLS = re.compile(
    r"\b(?:(?:npm|pnpm|yarn|bun|pip3?|uv)\s+(?:install|ci|i|add|sync)|npx|bunx|(?:pnpm|yarn)\s+dlx)\b"
    r"|\byarn\s*(?:$|&&|;)"
)


def installs_packages(start_command: str) -> bool:
    """Whether it begins with getting packages, for which it needs a network."""
    return _INSTALLS.search(start_command) is not None
