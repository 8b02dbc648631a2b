"""The command line of `aura-gql`, without anything heavy, so that `--help` answers at once."""

import argparse
from pathlib import Path

from aura_gql import __version__

_EXIT_CODES = "exit codes: 0 done; 1 failed; 2 wrong usage or a wrong setting; 130 ended by Ctrl-C"


def build_parser() -> argparse.ArgumentParser:
    """The parser; `arguments.command` is the name of a module in this package, with hyphens for underscores."""
    parser = argparse.ArgumentParser(
        prog="aura-gql",
        description="The GraphQL server behind Aura: templates, projects, files, sandboxes and live execution.",
        epilog=f"Settings come from the environment or a .env file: see .env.example. {_EXIT_CODES}",
    )
    parser.add_argument("--version", action="version", version=f"aura-gql {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_dev(commands)
    _add_serve(commands)
    _add_doctor(commands)
    _add_storage(commands)
    _add_sync_templates(commands)
    _add_token(commands)
    _add_export_schema(commands)
    return parser


_Commands = argparse._SubParsersAction  # argparse has no public name for what it returns


def _add(commands: "_Commands[argparse.ArgumentParser]", name: str, summary: str, more: str) -> argparse.ArgumentParser:
    return commands.add_parser(
        name, help=summary, description=f"{summary[0].upper()}{summary[1:]}. {more}", epilog=_EXIT_CODES
    )


def _add_dev(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _add(
        commands,
        "dev",
        "run everything on this machine, for development",
        "Starts a MongoDB of its own, keeps blobs and sandboxes in the data folder, and signs a development user in who"
        " opens the page from this machine. Needs no setting.",
    )
    _add_address(parser, "127.0.0.1", "8000")
    _add_data_folder(parser, "folder for everything that is kept (default: .aura)")


def _add_serve(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _add(
        commands,
        "serve",
        "run the server in production",
        "Takes its settings from the environment and refuses to start where one is missing.",
    )
    _add_address(parser, "HOST, else 127.0.0.1", "PORT, else 8000")


def _add_doctor(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _add(
        commands,
        "doctor",
        "check what the server needs, and say what to do about what is wrong",
        "Checks MongoDB and its replica set, the blob store, each sandbox provider and the tools for sandboxes.",
    )
    parser.add_argument("--production", action="store_true", help="check the settings of `serve` instead of `dev`'s")


def _add_storage(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _add(commands, "storage", "look after what is stored", "Its one part is `verify`.")
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    verify = _add(
        parts,
        "verify",
        "compare the database with the blobs, and counters with counts",
        "Works beside servers that run. Without DATABASE_URL it looks at the running `aura-gql dev`. Fails where"
        " something is lost, or miscounted and not repaired.",
    )
    verify.add_argument("--production", action="store_true", help="take the settings of `serve` instead of `dev`'s")
    verify.add_argument("--repair", action="store_true", help="correct counters, condemn orphans, mark what is lost")
    verify.add_argument("--deep", action="store_true", help="read every blob that is named, and check its digest")
    verify.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    _add_data_folder(verify, "the data folder of the running `aura-gql dev` (default: .aura)")


def _add_sync_templates(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _add(
        commands,
        "sync-templates",
        "make the catalogue of templates what their repository has",
        "Fetches TEMPLATE_REPOSITORY from GitHub, beside servers that run. Without DATABASE_URL it works for the"
        " running `aura-gql dev`. Where it fails the catalogue is as it was.",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="fetch it though its commit is known or GitHub asked for patience, and believe it even where more than"
        " half of the templates are gone",
    )
    parser.add_argument(
        "--archive", type=Path, metavar="FILE", help="take the repository as GitHub packs it, a .tar.gz, and ask nobody"
    )
    parser.add_argument("--production", action="store_true", help="take the settings of `serve` instead of `dev`'s")
    _add_data_folder(parser, "the data folder of the running `aura-gql dev` (default: .aura)")


def _add_token(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _add(
        commands,
        "token",
        "print a signed bearer for a user, making the user if need be",
        "Connects to the `aura-gql dev` that runs on the data folder; without --data-dir, to DATABASE_URL with"
        " BETTER_AUTH_SECRET where they are set.",
    )
    parser.add_argument("--email", required=True, help="the user's e-mail address")
    parser.add_argument("--admin", action="store_true", help="make the user an administrator")
    _add_data_folder(parser, "the data folder of the running `aura-gql dev` (default: .aura)")


def _add_export_schema(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _add(commands, "export-schema", "print the GraphQL schema as SDL", "Needs no database and no setting.")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it to this file instead")


def _add_address(parser: argparse.ArgumentParser, host: str, port: str) -> None:
    parser.add_argument("--host", help=f"address to listen on (default: {host})")
    parser.add_argument("--port", type=_port, help=f"TCP port; 0 lets the system choose (default: {port})")


def _add_data_folder(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help=text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port between 0 and 65535")
    return int(text)
