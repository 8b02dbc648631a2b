"""Writes `.env.example` from the settings: `python -m tests.support.env_example > .env.example`."""

import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from aura_gql.settings import Settings
from aura_gql.settings_groups import Group

_HEADER = """\
# Every setting of aura-gql. Copy this file to `.env` and uncomment what you change; the environment goes before it.
# An empty variable counts as unset. `aura-gql dev` needs none of them; `aura-gql serve` names those that it misses.
"""


def groups() -> Iterator[type[Group]]:
    """The groups of settings, in order."""
    for field in Settings.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Group):
            yield field.annotation


def render() -> str:
    """The text of `.env.example`."""
    return _HEADER + "".join(f"\n# --- {inspect.getdoc(group)}\n{_fields(group)}" for group in groups())


def _fields(group: type[BaseModel]) -> str:
    parts = []
    for name, field in group.model_fields.items():
        default = _text(field.default)
        told = f"{field.description} Default: {default or 'unset'}."
        parts += [f"# {line}" for line in textwrap.wrap(told, 118)]
        parts.append(f"#{name.upper()}={default}")
    return "\n".join(parts) + "\n"


def _text(default: object) -> str:
    if default is None or default == ():
        return ""
    return default.as_posix() if isinstance(default, Path) else str(default)


if __name__ == "__main__":
    print(render(), end="")
