"""The command line: what it accepts, refuses and says."""

import re

import pytest

from aura_gql.commands.parser import build_parser

COMMANDS = ["dev", "serve", "doctor", "storage", "token", "export-schema"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("dev", {"host": None, "port": None, "data_dir": None}),
        ("dev --host 0.0.0.0 --port 0 --data-dir x", {"host": "0.0.0.0", "port": 0}),
        ("serve --port 65535", {"port": 65535}),
        ("doctor", {"production": False}),
        ("storage verify --deep", {"part": "verify", "deep": True, "repair": False, "json": False, "data_dir": None}),
        ("token --email a@b.c --admin", {"email": "a@b.c", "admin": True, "data_dir": None}),
        ("export-schema", {"output": None}),
    ],
)
def test_what_it_accepts(line: str, expected: dict[str, object]) -> None:
    arguments = vars(build_parser().parse_args(line.split()))
    assert {name: arguments[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "COMMAND"),
        ("develop", "invalid choice: 'develop'"),
        ("dev --port 65536", "'65536' is not a port between 0 and 65535"),
        ("dev --port http", "'http' is not a port"),
        ("dev extra", "unrecognized arguments: extra"),
        ("token", "--email"),
        ("storage", "PART"),
    ],
)
def test_what_it_refuses(line: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(line.split())
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args([command, "--help"])
    assert ended.value.code == 0
    text = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert f"usage: aura-gql {command}" in text
    assert "exit codes: 0 done; 1 failed; 2 wrong usage" in text


def test_the_summary_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["--help"])
    text = capsys.readouterr().out
    assert all(re.search(rf"^ +{command}\s+\w", text, re.MULTILINE) for command in COMMANDS)
