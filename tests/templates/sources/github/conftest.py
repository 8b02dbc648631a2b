"""One GitHub for all tests of a module, healed before each."""

from collections.abc import Iterator

import pytest

from tests.support.github.archives import COMMIT, repository_archive
from tests.support.github.server import LoopbackGitHub, loopback_github
from tests.support.github.starters import OWN_STARTERS


@pytest.fixture(scope="module")
def _github() -> Iterator[LoopbackGitHub]:
    with loopback_github(repository_archive(OWN_STARTERS), COMMIT) as github:
        yield github


@pytest.fixture
def github(_github: LoopbackGitHub) -> LoopbackGitHub:
    _github.state.heal()
    _github.state.publish(repository_archive(OWN_STARTERS), COMMIT)
    return _github
