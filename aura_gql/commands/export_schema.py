"""`aura-gql export-schema`: the contract as the code has it."""

import argparse

from aura_gql.commands.errors import CommandError
from aura_gql.graph.schema import create_schema

# Strawberry writes it down for programs that are older than it, and says nothing of it.
_ONE_OF = "directive @oneOf on INPUT_OBJECT\n"
_ONE_OF_DESCRIPTION = '"""Exactly one of the fields is given, and it is not null."""\n'


def run(arguments: argparse.Namespace) -> int:
    """Print the SDL, or write it to `--output`."""
    text = schema_text()
    if arguments.output is None:
        print(text, end="")
        return 0
    try:
        arguments.output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"can't write {arguments.output}: {error.strerror}.") from error
    return 0


def schema_text() -> str:
    """The SDL of the whole API, ending in one newline."""
    text = create_schema().as_str().rstrip("\n") + "\n"
    return text.replace(_ONE_OF, f"{_ONE_OF_DESCRIPTION}{_ONE_OF}", 1)
