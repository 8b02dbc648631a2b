"""The S3 server that the tests of storage share."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.support.mongo import scratch_folder
from tests.support.seaweed import Seaweed, running_seaweed


@pytest.fixture(scope="session")
def seaweed() -> Iterator[Seaweed]:
    """One for each test process that has a use for it."""
    with scratch_folder() as folder, asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        running = running_seaweed(folder)
        yield runner.run(running.__aenter__())
        runner.run(running.__aexit__(None, None, None))
