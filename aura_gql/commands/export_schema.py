"""`aura-gql export-schema`: the contract as the code has it."""

import argparse

from aura_gql.commands.errors import CommandError
from aura_gql.graph.schema import create_schema


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
    return create_schema().as_str().rstrip("\n") + "\n"
