"""The log of the embedded mongod."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from aura_gql.infra.mongod_log import bound_log, last_words
from tests.support.waiting import until


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "mongod.log"


@pytest.fixture
def writer(log: Path) -> Iterator[IO[bytes]]:
    """The log as mongod holds it."""
    with log.open("ab", buffering=0) as writer:
        yield writer


async def test_a_long_log_is_moved_under_its_writer(log: Path, writer: IO[bytes]) -> None:
    writer.write(b"x" * 200)
    bounding = asyncio.create_task(bound_log(log, max_bytes=100, check_every_s=0.01))
    await until(lambda: log.stat().st_size == 0)
    assert log.with_name("mongod.log.1").read_bytes() == b"x" * 200
    writer.write(b"y" * 50)
    assert log.read_bytes() == b"y" * 50
    writer.write(b"z" * 60)
    await until(lambda: log.stat().st_size == 0)
    bounding.cancel()
    await asyncio.wait({bounding})
    assert log.with_name("mongod.log.1").read_bytes() == b"y" * 50 + b"z" * 60


def test_the_last_errors_are_its_last_words(log: Path, writer: IO[bytes]) -> None:
    writer.write(b'{"s":"I","msg":"Starting"}\n')
    writer.write(b'{"s":"E","msg":"Could not listen","attr":{"error":"Address already in use"}}\n')
    writer.write(b'{"s":"I","msg":"Shutting down"}\n')
    assert last_words(log) == 'Could not listen {"error": "Address already in use"}'


def test_without_errors_the_last_lines_are(log: Path, writer: IO[bytes]) -> None:
    writer.writelines(b"line %d\n" % number for number in range(10))
    writer.write(b"\xff" + b"x" * 1000 + b"\n")
    words = last_words(log).splitlines()
    assert words[:4] == ["line 6", "line 7", "line 8", "line 9"]
    assert len(words[4]) == 400


def test_an_empty_or_missing_log_has_none(log: Path, tmp_path: Path, writer: IO[bytes]) -> None:
    assert last_words(log) == last_words(tmp_path / "none") == "(nothing)"
