"""The `aura-gql` command."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence

from aura_gql.commands.errors import CommandError
from aura_gql.commands.parser import build_parser
from aura_gql.settings import SettingsError

USAGE_EXIT_CODE = 2
INTERRUPTED_EXIT_CODE = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. SystemExit(2) for wrong usage, as argparse has it."""
    arguments = build_parser().parse_args(argv)
    try:
        return _run_of(arguments.command)(arguments)
    except SettingsError as error:
        return _fail(str(error), USAGE_EXIT_CODE)
    except CommandError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED_EXIT_CODE
    except BrokenPipeError:
        # The reader of our output left; Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run_of(command: str) -> Callable[[argparse.Namespace], int]:
    """The command's `run`, imported only now: most of them need the whole server."""
    module = importlib.import_module(f"aura_gql.commands.{command.replace('-', '_')}")
    run: Callable[[argparse.Namespace], int] = module.run
    return run


def _fail(message: str, exit_code: int) -> int:
    for line in message.splitlines():
        print(f"aura-gql: {line}", file=sys.stderr)
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
