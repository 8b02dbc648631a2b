"""Multipart requests, well-formed and otherwise."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO

import pytest

from aura_gql.graph import uploads

BOUNDARY = "----a-boundary"
HEADERS = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", "graphql-preflight": "1"}

Part = tuple[str, object]
"""A part's name, and its bytes or what becomes JSON."""


def form(parts: Sequence[Part], *, is_whole: bool = True) -> bytes:
    """The body that has these parts, in this order."""
    body = b""
    for name, content in parts:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        filename = '; filename="a file"' if isinstance(content, bytes) else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n\r\n'
        body += head.encode() + data + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode() if is_whole else body


def upload(query: str, variables: Mapping[str, object], files: Mapping[str, bytes]) -> bytes:
    """The body of an operation that brings `files`, by their paths below `operations`."""
    names = {str(number): path for number, path in enumerate(files)}
    operations = {"query": query, "variables": variables}
    return form(
        [
            ("operations", operations),
            ("map", {name: [path] for name, path in names.items()}),
            *((name, files[path]) for name, path in names.items()),
        ]
    )


def watch_spools(monkeypatch: pytest.MonkeyPatch) -> list[IO[bytes]]:
    """The temporary files that requests open from now on."""
    opened: list[IO[bytes]] = []

    class Watched:
        @staticmethod
        def TemporaryFile() -> IO[bytes]:  # noqa: N802
            opened.append(tempfile.TemporaryFile())  # noqa: SIM115
            return opened[-1]

    monkeypatch.setattr(uploads, "tempfile", Watched)
    return opened
